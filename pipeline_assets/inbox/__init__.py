"""The files: found, settled, read, filed away. No SQL and no Dagster here."""
