"""Exporters to other places than Fanlight; in `charm.telemetry`: otlp, sentry, datadog, langsmith, jsonl.

Each reads what it needs from the environment variables that its vendor documents, and none waits for a
network: a hook only notes what happened. They work under Fanlight's manager, and beside the real `charmos`.
"""
