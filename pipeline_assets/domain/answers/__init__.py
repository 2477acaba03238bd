"""What is told to those who ask, as pure functions: a product's prices at one company."""
