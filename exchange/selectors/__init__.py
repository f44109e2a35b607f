"""What is read from the exchange."""
