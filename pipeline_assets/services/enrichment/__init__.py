"""A file of the barcode enrichment inbox: its missing barcodes looked up, and handed on."""
