"""One snapshot: its header and rows, whether it is accepted, its effect on prices."""
