"""Retention in Dagster: its own runs and events, the asset, the schedule."""
