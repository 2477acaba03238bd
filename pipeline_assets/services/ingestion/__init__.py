"""A file of the product inbox into the catalogue: accepted or refused, written, archived."""
