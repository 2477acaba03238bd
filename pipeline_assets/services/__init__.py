"""The use cases: each joins inbox, domain and catalogue; Dagster and the terminal call them."""
