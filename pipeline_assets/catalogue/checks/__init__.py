"""What asset checks ask the catalogue, by subject. It only reads, and lets the database compute."""
