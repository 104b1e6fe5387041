"""Metrics and traces, over HTTP and to their end: Prometheus and a collector."""
