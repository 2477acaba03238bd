"""What people ask for: status, another try for a file, a decision, reports, a first look."""
