"""Exporters of others run beside the agent, in processes of their own, where they cannot hurt it.

    agent's thread -> ring -> feeder thread -> pipe -> host process -> one worker process per exporter

The agent's thread only appends to a ring in memory. Everything here needs the standard library alone, since
it runs inside of agents' environments.
"""

from fanlight.sdk.isolation.isolated import Isolated
from fanlight.sdk.isolation.limits import Limits
from fanlight.sdk.isolation.report import ExporterReport, Place, State, Target

__all__ = ["ExporterReport", "Isolated", "Limits", "Place", "State", "Target"]
