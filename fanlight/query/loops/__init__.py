"""Loops and standstill: found from the calls of a run alone, while it runs or afterwards."""
