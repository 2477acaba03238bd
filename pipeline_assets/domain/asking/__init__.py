"""Questions that people ask the catalogue, and what the answers are made of."""
