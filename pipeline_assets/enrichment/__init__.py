"""Product pages over HTTP: which hosts, at what pace, with which session. No SQL, no Dagster."""
