"""How many requests each caller may send. Imported only if RATE_LIMIT is set."""
