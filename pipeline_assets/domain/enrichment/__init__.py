"""Rows without barcodes, and the product pages that may show them."""
