"""The demonstration: demo enterprises and people, a batch through the public API, the table of decisions."""
