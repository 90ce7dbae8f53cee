"""Backups of a data directory while it serves: cut in a moment, written at leisure, verified, restored."""
