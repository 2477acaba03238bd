"""Finds files, waits until they have settled, reads and files them. No SQL, no Dagster."""
