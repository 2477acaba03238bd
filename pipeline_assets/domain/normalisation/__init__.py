"""Pure functions that give a row's barcodes, words, sizes, prices, keys and times one form each."""
