"""Tests of the helpers for those who work on the project."""
