"""The commands of `interview-gateway` that look into the event log, one module for each part.

What a command needs is imported when it runs, so that `--help` is instant.
"""
