"""The one way in which SKUs are placed in products, for ingestion and post-processing alike."""
