"""All that imports Dagster, beside `definitions`: a thin shell around the services."""
