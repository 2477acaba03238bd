"""Tests of the directory of stores."""
