"""The edge: HTTP, and nothing else in the gateway knows it."""
