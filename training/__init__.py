"""Makes the model that matching ships with, from barcodes that two companies share.

A development tool like `benchmarks/` and `tools/`: not part of the installed package.
"""
