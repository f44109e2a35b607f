"""What is read of practice tenants."""
