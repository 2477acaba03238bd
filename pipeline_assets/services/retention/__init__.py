"""Retention: what is old is removed, or moved to another place."""
