"""Routes of the sandbox."""
