"""Places SKUs in products, for ingestion and post-processing alike."""
