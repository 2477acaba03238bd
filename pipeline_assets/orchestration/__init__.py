"""Everything that imports Dagster, besides `definitions`: a thin shell around the services."""
