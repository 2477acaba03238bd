"""Ingests a file of the product inbox: accepts or refuses it, writes it, archives it."""
