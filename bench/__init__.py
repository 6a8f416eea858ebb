"""Benchmarks at the size of the nation, against limits measured in the same run (docs/performance.md).

Never part of the tests: `make bench` runs all of them, `make bench NAME=nightly` one.
"""
