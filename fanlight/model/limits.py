"""What a project may take up, and what a key may: the names, units and meaning of each limit.

A limit has the name of the setting that is its default (`fanlight/config.py`). A project may have its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import msgspec

from fanlight.errors import InvalidError
from fanlight.model.signal import Signal

MOST = 10**15
"""No limit is set higher: there are integers of 64 bits behind some."""


MOST_NAMES = 100_000
"""No project may have more names of one sort known: each is held in memory."""


class Sort(StrEnum):
    """How a limit works: what is beyond a rate comes later, beyond a cap never; names beyond are folded."""

    RATE = "rate"
    CAP = "cap"
    NAMES = "names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit. `of_keys` tells that a key may have it too; `most` that the server's own is the most."""

    name: str
    unit: str
    help: str
    sort: Sort = Sort.CAP
    of_keys: bool = False
    is_server_most: bool = False


def _rate(name: str, unit: str, help_: str) -> Limit:
    return Limit(name=name, unit=unit, help=help_, sort=Sort.RATE, of_keys=True)


def _bound(name: str, unit: str, help_: str) -> Limit:
    return Limit(name=name, unit=unit, help=help_, is_server_most=True)


def _names(name: str, help_: str) -> Limit:
    return Limit(name=name, unit="names", help=help_, sort=Sort.NAMES)


TABLE: tuple[Limit, ...] = (
    _rate("spans_per_s", "spans/s", "Spans sent in a second."),
    _rate("logs_per_s", "records/s", "Log records sent in a second."),
    _rate("points_per_s", "points/s", "Metric points sent in a second."),
    _rate("bytes_per_s", "bytes/s", "Bytes sent in a second, inflated."),
    _bound("max_body_bytes", "bytes", "Size of one request, inflated."),
    _bound("max_item_attributes", "attributes", "Attributes of one span, log record or point."),
    _bound("max_value_depth", "levels", "How deep an attribute value may be nested before it is cut."),
    _bound("query_timeout_s", "seconds", "How long one question may take."),
    Limit(name="max_query_rows", unit="rows", help="Rows that one question may look at."),
    Limit(name="max_streams", unit="streams", help="Live streams open at once."),
    _names("max_span_names", "Different names of spans, today and yesterday."),
    _names("max_event_names", "Different names of events, of spans and of logs."),
    _names("max_metric_names", "Different names of metrics."),
    _names("max_attribute_keys", "Different keys of attributes."),
    _names("max_services", "Different services."),
    _names("max_agents", "Different agents."),
    _names("max_tools", "Different tools."),
)

BY_NAME: Mapping[str, Limit] = MappingProxyType({limit.name: limit for limit in TABLE})

RATE_OF: Mapping[Signal, str] = MappingProxyType(
    {Signal.TRACES: "spans_per_s", Signal.LOGS: "logs_per_s", Signal.METRICS: "points_per_s"}
)
BYTES = "bytes_per_s"
NAMED: Mapping[Signal, tuple[str, ...]] = MappingProxyType(
    {
        Signal.TRACES: (
            "max_span_names", "max_event_names", "max_attribute_keys",
            "max_services", "max_agents", "max_tools",
        ),
        Signal.LOGS: ("max_event_names", "max_attribute_keys", "max_services"),
        Signal.METRICS: ("max_metric_names", "max_attribute_keys", "max_services"),
    }
)  # fmt: skip
"""The limits on names that the items of a signal bear."""

Own = Mapping[str, float]
"""Limits by name that a project or a key has of its own; 0 = none."""

_NONE: Own = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of everybody as they are set now.

    `server` holds every name of the table, `projects` and `keys` (by id) only what they have of their own.

    Example:
        >>> limits = Limits({"spans_per_s": 0, "max_body_bytes": 100}, {"lab": {"spans_per_s": 9}})
        >>> limits.of("lab", "spans_per_s"), limits.of("attic", "spans_per_s")
        (9, 0)
    """

    server: Own
    projects: Mapping[str, Own] = field(default_factory=dict)
    keys: Mapping[str, Own] = field(default_factory=dict)

    def of(self, project: str, name: str) -> float:
        """What holds for a project; 0 = no limit. A bound of the server is never exceeded."""
        own = self.projects.get(project, _NONE).get(name)
        server = self.server[name]
        if own is None:
            return server
        return min(own, server) if BY_NAME[name].is_server_most and own and server else own or 0

    def of_key(self, key_id: str, name: str) -> float:
        """What a key has of its own; 0 = nothing but its project's."""
        return self.keys.get(key_id, _NONE).get(name, 0)


UNLIMITED = Limits({limit.name: 0 for limit in TABLE})
"""Nobody is held to anything."""


def check_limits(changes: Mapping[str, float | None], *, of_key: bool = False) -> dict[str, float | None]:
    """`changes` if they can be set; None takes a limit back to the server's.

    Raises:
        InvalidError: an unknown name, a number that is none or negative, or one that a key cannot have.

    Example:
        >>> check_limits({"spans_per_s": 5000, "max_streams": None})
        {'spans_per_s': 5000, 'max_streams': None}
    """
    for name, value in changes.items():
        limit = BY_NAME.get(name)
        if limit is None or (of_key and not limit.of_keys):
            known = ", ".join(each.name for each in TABLE if each.of_keys or not of_key)
            raise InvalidError(f"{name[:60]!r} is no limit of a {'key' if of_key else 'project'}", hint=known)
        if value is None:
            continue
        if not 0 <= value <= MOST:  # also what is no number
            raise InvalidError(f"{name} cannot be {value}", hint="a number of 0 (no limit) or above")
        if limit.sort is Sort.NAMES and value > MOST_NAMES:
            raise InvalidError(f"{name} cannot be {value:g}", hint=f"at most {MOST_NAMES}, or 0 for no limit")
        if limit.sort is not Sort.RATE and name != "query_timeout_s" and value != int(value):
            raise InvalidError(f"{name} cannot be {value}", hint="a whole number")
        if limit.is_server_most and not value:
            raise InvalidError(f"{name} cannot be without a limit", hint="leave it to the server: null")
    return dict(changes)


def is_raise(server: Own, changes: Mapping[str, float | None]) -> bool:
    """Whether `changes` give a project more than the server gives to each.

    Example:
        >>> server = {"spans_per_s": 100}
        >>> is_raise(server, {"spans_per_s": 50}), is_raise(server, {"spans_per_s": 0})
        (False, True)
    """
    return any(
        value is not None and server[name] and (not value or value > server[name])
        for name, value in changes.items()
    )


def parse_limit(text: str) -> tuple[str, float | None]:
    """`NAME=NUMBER`, or `NAME=server` for what the server says.

    Raises:
        InvalidError: it is not written so.

    Example:
        >>> parse_limit("spans_per_s=5000"), parse_limit("max_streams=server")
        (('spans_per_s', 5000.0), ('max_streams', None))
    """
    name, equals, number = text.partition("=")
    if equals and number == "server":
        return name, None
    try:
        return name, float(number)
    except ValueError:
        raise InvalidError(f"{text[:80]!r} is no limit", hint="write NAME=NUMBER or NAME=server") from None


class LimitState(msgspec.Struct, frozen=True, kw_only=True):
    """One limit of a project as it holds now.

    `value` is what holds, `server` what holds for whoever has none of their own, `own` the project's own; 0
    is no limit. `used` is the use now, for rates the mean of ten seconds, and None where nothing is counted:
    each request is measured by itself. `refused` counts since the server started: requests that were sent
    away, and items that are stored with a name folded, of which `examples` shows some of the last.
    """

    name: str
    unit: str
    help: str
    value: float
    server: float
    own: float | None
    used: float | None
    refused: int
    examples: list[str] = []


def states(
    limits: Limits,
    project: str,
    used: Own,
    refused: Mapping[str, int],
    examples: Mapping[str, list[str]] = MappingProxyType({}),
) -> list[LimitState]:
    """Every limit of a project, in the order of the table."""
    own = limits.projects.get(project, _NONE)
    return [
        LimitState(
            name=limit.name,
            unit=limit.unit,
            help=limit.help,
            value=limits.of(project, limit.name),
            server=limits.server[limit.name],
            own=own.get(limit.name),
            used=used.get(limit.name),
            refused=refused.get(limit.name, 0),
            examples=examples.get(limit.name, []),
        )
        for limit in TABLE
    ]
