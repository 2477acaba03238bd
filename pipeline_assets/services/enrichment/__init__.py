"""Enriches a file of the barcode enrichment inbox: looks up missing barcodes, hands it on."""
