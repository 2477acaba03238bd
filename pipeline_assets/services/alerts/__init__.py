"""Alerts: recorded first, then sent, and sent again until a channel has taken them."""
