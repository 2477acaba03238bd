"""The shipped sample: invented snapshot files, for trying the system without any real ones."""
