"""Reads and removes what is old: attempts, history, places of files."""
