"""The sample that comes with the project: invented snapshot files to try it without real ones."""
