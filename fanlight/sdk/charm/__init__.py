"""Charm's telemetry names, as its documents show them: `packages/fanlight-charm` re-exports these modules."""
