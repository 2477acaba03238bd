"""What alerts are about, as Dagster knows it, and the tick that records and sends them."""
