"""MeshAgent's telemetry set-up, held by Fanlight where meshagent-otel is not installed."""

from fanlight.sdk.meshagent import otel_config

__all__ = ["otel_config"]
