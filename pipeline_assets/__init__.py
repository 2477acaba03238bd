"""Scrape files in, one catalogue of products and prices out.

Data flows one way, and the folders show it: `inbox` finds, reads and files away what scrapers drop;
`domain` turns that and what is already known into a plan, with pure functions; `catalogue` holds
every line of SQL and applies a plan in one transaction; `enrichment` requests product pages from
shops; `services` joins them into use cases. `orchestration` and `definitions` are a thin Dagster
shell around the services, and `cli` holds the commands. The domain knows neither Dagster nor SQL.
"""
