"""Alembic's migrations of the catalog."""

HEAD = "0012"
"""The newest revision in `versions/`: a database that has it needs no migration at all."""
