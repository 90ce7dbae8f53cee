"""What the log alone costs: `python -m benchmarks.log`."""
