"""Checks a whole log, trusting nothing that stands in it: every event against its hashes, the
hashes against the tree, the tree against signed checkpoints, each interview against the rules,
and the read models against the events. `verify.py` is where to begin.
"""
