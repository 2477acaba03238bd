"""Pure functions of a row: one form each for barcodes, words, sizes, prices, keys, times."""
