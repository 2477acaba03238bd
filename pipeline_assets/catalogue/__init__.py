"""Every line of SQL: tables, views, migrations, reads, and the one place that applies a plan."""
