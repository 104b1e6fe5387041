"""Tests of the limit on requests."""
