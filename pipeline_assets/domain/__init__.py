"""The business rules: pure functions, without Dagster, SQL, clock or environment."""
