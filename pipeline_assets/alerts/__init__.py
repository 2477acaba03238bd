"""Channels: how an alert gets out, by webhook, by mail, or through Apprise."""
