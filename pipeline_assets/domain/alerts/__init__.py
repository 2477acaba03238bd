"""Alerts: what is wrong, what people are told about it and when, as pure functions."""
