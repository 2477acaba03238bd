"""Published data sets: what is in them, when one is due, and how one is made."""
