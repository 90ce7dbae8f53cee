"""Coding agents that report by log records: one table an agent, of what each event says about a span."""
