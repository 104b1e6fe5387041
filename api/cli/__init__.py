"""The commands of `interview-gateway`, a module for each.

What a command needs is imported when it runs, so that `--help` is instant.
"""
