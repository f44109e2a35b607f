"""Pages and probes that belong to no app."""
