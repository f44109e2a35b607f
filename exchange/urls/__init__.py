"""Routes of the exchange, one file per door."""
