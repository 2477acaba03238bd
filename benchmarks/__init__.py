"""Measurements that print their figures; only `check_ratios` can fail."""
