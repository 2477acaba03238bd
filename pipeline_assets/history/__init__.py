"""Price history as yearly Parquet files: written, verified, read. It knows no database."""
