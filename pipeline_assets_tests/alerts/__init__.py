"""Tests of alerts' channels, against real servers on loopback."""
