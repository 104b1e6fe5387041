"""Benchmarks: each a module that anybody can run, none of them a test. `docs/performance.md`
keeps what came of them."""
