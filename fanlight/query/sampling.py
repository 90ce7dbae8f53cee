"""How much of a project was left out of what is stored."""

from __future__ import annotations

from fanlight.model.project import ProjectScope
from fanlight.store.contract import Store


def count_thinned(store: Store, scope: ProjectScope) -> int:
    """Traces that have nothing but their summaries, because the project keeps a share of finished runs."""
    return sum(int(count) for (count,) in store.read(scope, "thinned_traces"))
