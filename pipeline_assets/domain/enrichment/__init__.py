"""Rows that miss barcodes, and the product pages that may show them."""
