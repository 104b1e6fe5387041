"""What a caller can want: conduct, hold, forget, verify, re-run.

All of it in the interview's own terms: whether the caller speaks HTTP or types a command is not
known here.
"""
