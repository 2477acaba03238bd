"""Scrape files in, one catalogue of products and prices out.

Data flows one way, and the folders show it: `inbox` finds, reads and files away what scrapers
drop; `domain` turns it and what is known into a plan, with pure functions; `catalogue` holds every
line of SQL and applies a plan in one transaction; `enrichment` asks shops for product pages;
`services` joins them into use cases.
`orchestration` and `definitions` are a thin Dagster shell around the services, and `cli` is the
terminal's. The domain knows neither Dagster nor SQL.
"""
