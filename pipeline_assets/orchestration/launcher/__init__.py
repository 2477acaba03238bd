"""Starts the runs of this code location from a process that has already imported it.

Dagster's own launcher starts a new Python for every run, which imports everything: two seconds for
a file that takes a tenth of one. Here the daemon keeps a server (`server`) that has the definitions
loaded and nothing else alive in it, and that forks a process (`worker`) for each run.
"""
