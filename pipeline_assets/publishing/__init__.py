"""Published data sets as files: how they are written, and the folder in which whole sets lie.

Nothing here knows the catalogue, SQL or Dagster: it is given columns and rows.
"""
