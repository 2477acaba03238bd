"""What may go once it is old: pure plans."""
