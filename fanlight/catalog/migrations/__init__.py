"""Alembic's migrations of the catalog."""

HEAD = "0005"
"""The newest revision in `versions/`: a database that has it needs no migration at all."""
