"""Benchmarks of Fanlight against a real server process over real HTTP. `python -m benchmarks --help`."""
