"""What people who ask for prices are answered."""
