"""What customs does."""
