"""What people are shown: escaped texts, tables, pictures, made of plain data; not of Dagster."""
