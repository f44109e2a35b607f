"""What happens to practice tenants."""
