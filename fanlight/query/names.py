"""Names that were folded because their project has too many: some of the last, as they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from fanlight.model.project import ProjectScope
from fanlight.otlp.folded import KEYS, NAME
from fanlight.store.contract import Store
from fanlight.store.folding import FLAGS

EXAMPLES = 3
NEWEST_ROWS = 20
"""Of each table so many of the newest rows with such names are read."""

_NAME = f"attributes['{NAME}']"
_EVENT = f"arrayFirst(of -> of['{NAME}'] != '', event_attributes)['{NAME}']"
_KEY = f"JSONExtractString(if(attributes['{KEYS}'] != '', attributes['{KEYS}'], resource['{KEYS}']), 1)"

_PLACES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "max_span_names": (("spans", _NAME),),
        "max_event_names": (("spans", _EVENT), ("logs", _NAME)),
        "max_metric_names": (("metrics", _NAME),),
        "max_attribute_keys": (("spans", _KEY), ("logs", _KEY), ("metrics", _KEY)),
        "max_services": tuple((table, "resource['service.name']") for table in ("spans", "logs", "metrics")),
        "max_agents": (("spans", "agent"),),
        "max_tools": (("spans", "tool"),),
    }
)
"""By limit the tables with such names, and where they stand."""

_TIMES = {"spans": "effective_start", "logs": "time", "metrics": "time"}


def folded_names(
    store: Store, scope: ProjectScope, limits: Iterable[str], *, since_ns: int = 0
) -> dict[str, list[str]]:
    """Of each limit some of the last names that were folded, the newest first; agents and tools by shape.

    It asks the store for items begun since `since_ns`, so that what was erased is in it no longer.
    """
    return {limit: _examples(store, scope, limit, since_ns) for limit in limits}


def _examples(store: Store, scope: ProjectScope, limit: str, since_ns: int) -> list[str]:
    asked = {"flag": FLAGS[limit], "since_ns": since_ns, "rows": NEWEST_ROWS, "limit": EXAMPLES}
    found = [
        (int(seq), str(name))
        for table, value in _PLACES[limit]
        for name, seq in store.read(
            scope, "folded_names", asked, {"table": table, "time": _TIMES[table], "value": value}
        )
    ]
    return list(dict.fromkeys(name for _, name in sorted(found, reverse=True)))[:EXAMPLES]
