"""What a caller can want, in the interview's own terms."""
