"""Tests of the shipped sample: it has every feature it is meant to show."""
