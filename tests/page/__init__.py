"""The page, used in a real browser."""
