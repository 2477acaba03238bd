"""What the catalogue answers: which products a question means, their prices, their past."""
