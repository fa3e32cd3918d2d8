"""Benchmarks beside a yardstick in the same run: `make bench`."""
