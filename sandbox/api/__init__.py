"""The machine door of a sandbox instance."""
