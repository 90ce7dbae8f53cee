"""Where the exporters are that an agent names: found by metadata, never by importing them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from fanlight.sdk.isolation import Place, Target

GROUP = "charm.telemetry"
OWN = "fanlight"
THREADS = "FANLIGHT_EXPORTERS_IN_THREAD"
"""Names, separated by commas, of exporters that shall share the agent's process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of names means: our own exporter, exporters of others, and names that nobody has."""

    own: bool
    targets: tuple[Target, ...]
    missing: tuple[str, ...]


def find(names: Iterable[str], threads: Iterable[str] | None = None) -> Wanted:
    """The exporters `names`, in this order, each once. `threads` defaults to FANLIGHT_EXPORTERS_IN_THREAD.

    Example:
        >>> found = find(["acme", "fanlight", "acme"])
        >>> found.own, found.targets, found.missing
        (True, (), ('acme',))
    """
    wanted = list(dict.fromkeys(names))
    others = [name for name in wanted if name != OWN]
    installed = _installed() if others else {}
    shared = set(_named_in_environment() if threads is None else threads)
    return Wanted(
        own=OWN in wanted,
        targets=tuple(
            Target(name=name, value=installed[name].value, place=_place(name in shared))
            for name in others
            if name in installed
        ),
        missing=tuple(name for name in others if name not in installed),
    )


def _place(is_shared: bool) -> Place:
    return "thread" if is_shared else "process"


def _installed() -> Mapping[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        # Of two packages with one name the first on sys.path counts, as for an import.
        found.setdefault(point.name, point)
    return found


def _named_in_environment() -> Sequence[str]:
    return [name.strip() for name in os.environ.get(THREADS, "").split(",") if name.strip()]
