"""Tests of the Dagster shell, on real instances."""
