"""Product pages over HTTP: whom to ask, how politely, with which session. No SQL, no Dagster."""
