"""Metrics and traces: what the gateway does, in numbers and spans, without a word of anybody's.

Nothing here is imported unless it is switched on.
"""
