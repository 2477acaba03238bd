"""The report on the whole catalogue, for people: what is read for it, and when it is written."""
