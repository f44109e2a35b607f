"""Pages of officials about the exchange."""
