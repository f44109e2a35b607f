"""Pages of the enterprise and of the public, one file per subject."""
