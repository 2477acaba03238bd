"""All of the SQL: tables, views, migrations, reads, and the writing of plans."""
