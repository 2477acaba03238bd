"""Tests of recording and sending alerts."""
