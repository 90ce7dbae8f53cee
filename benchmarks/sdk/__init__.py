"""What the SDK costs the agent that it watches, beside the plain OpenTelemetry SDK, in the same run."""
