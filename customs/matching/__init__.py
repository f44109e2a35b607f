"""Bringing together what belongs together."""
