"""Measurements that print their figures; nothing here is asserted."""
