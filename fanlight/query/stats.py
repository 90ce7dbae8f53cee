"""How much a project holds."""

from __future__ import annotations

from fanlight.model.project import ProjectScope
from fanlight.model.stats import Stats
from fanlight.store.contract import Store


def get_stats(store: Store, scope: ProjectScope) -> Stats:
    """What of the project is stored and can be read now."""
    [(spans, traces, runs, logs, points)] = store.read(scope, "stats")
    return Stats(spans=spans, traces=traces, runs=runs, logs=logs, metric_points=points)
