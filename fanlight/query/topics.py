"""What a reader of the stream asks for: topics, and which types of items of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanlight.errors import InvalidError
from fanlight.model.event import TYPES

WHOLE = ("runs", "logs", "metrics")
NAMED = ("run", "room", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of a subscription, sorted: whole lists by name, and single runs, rooms and sessions."""

    whole: frozenset[str]
    runs: tuple[str, ...]
    rooms: tuple[str, ...]
    sessions: tuple[str, ...]


def parse_topics(topics: Iterable[str]) -> Topics:
    """What `runs`, `logs`, `metrics`, `run:{id}`, `room:{name}` and `session:{id}` ask for.

    Raises:
        InvalidError: a topic is none of these, or none is given.

    Example:
        >>> parse_topics(["logs", "room:lobby"])
        Topics(whole=frozenset({'logs'}), runs=(), rooms=('lobby',), sessions=())
    """
    whole: set[str] = set()
    named: dict[str, list[str]] = {kind: [] for kind in NAMED}
    for topic in sorted(topics):
        kind, _, name = topic.partition(":")
        if topic in WHOLE:
            whole.add(topic)
        elif kind in named and name:
            named[kind].append(name)
        else:
            hint = "topics are runs, logs, metrics, run:ID, room:NAME and session:ID"
            raise InvalidError(f"{topic[:80]!r} is no topic", hint=hint)
    if not whole and not any(named.values()):
        raise InvalidError("a stream needs a topic", hint="for example topics=runs,logs")
    return Topics(
        whole=frozenset(whole),
        runs=tuple(named["run"]),
        rooms=tuple(named["room"]),
        sessions=tuple(named["session"]),
    )


def parse_kinds(text: str | None) -> frozenset[str]:
    """The types of items that `text` names, comma separated; all when it is None.

    Raises:
        InvalidError: one of them is no type of items, or none is named.

    Example:
        >>> sorted(parse_kinds("log,developer_log")), parse_kinds(None) == TYPES
        (['developer_log', 'log'], True)
    """
    if text is None:
        return TYPES
    named = frozenset(each.strip() for each in text.split(",") if each.strip())
    if unknown := sorted(named - TYPES):
        raise InvalidError(f"{unknown[0][:80]!r} is no kind of item", hint=f"{', '.join(sorted(TYPES))}")
    if not named:
        raise InvalidError("no kind is named", hint="without kinds every item is sent")
    return named
