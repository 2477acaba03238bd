"""Tests of the shipped sample: it has every trait it is shipped for."""
