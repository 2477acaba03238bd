"""The rules of the trade: pure functions, without Dagster, SQL, clock or environment."""
