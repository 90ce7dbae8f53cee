"""What belongs to a session: whatever names it, and what happened in its room meanwhile and names none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fanlight.catalog.database import Catalog
from fanlight.catalog.sessions import RoomSession, find_session, find_sessions
from fanlight.model.project import ProjectScope
from fanlight.query.filter import Condition, Query, unnamed_sql
from fanlight.query.grammar import AllOf, AnyOf, Field, Key, Node, Not, Unnamed, parse
from fanlight.query.nouns import NOUNS
from fanlight.query.times import EARLIEST_NS, LATEST_NS

Find = Callable[[str], RoomSession | None]
SESSION = Key(name="session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Rows with `session`, or of `room` in [since, until) without a session; no room = the former alone.

    Example:
        >>> asked = Within(session="s1", room="lobby", since_ns=5, until_ns=9).condition("logs")
        >>> asked.terms[0][:36], asked.parameters["within_until"]
        ('(session = {within_session:String} O', 9)
    """

    session: str
    room: str | None = None
    since_ns: int = EARLIEST_NS
    until_ns: int = LATEST_NS

    def condition(self, noun: str) -> Condition:
        """The condition on runs, spans, logs or metrics, to be joined with a filter's by `also`."""
        named = "session = {within_session:String}"
        if self.room is None:
            return Condition(terms=(named,), parameters={"within_session": self.session})
        unnamed = unnamed_sql(
            NOUNS[noun], "{within_room:String}", "{within_since:Int64}", "{within_until:Int64}"
        )
        parameters = {
            "within_session": self.session,
            "within_room": self.room,
            "within_since": self.since_ns,
            "within_until": self.until_ns,
        }
        return Condition(terms=(f"({named} OR {unnamed})",), parameters=parameters)


def within(session: RoomSession, idle_ns: int) -> Within:
    """What belongs to a session of a room, as far as it is known now."""
    return Within(
        session=session.id,
        room=session.room,
        since_ns=session.started_ns,
        until_ns=session.until_ns(idle_ns),
    )


def belonging(catalog: Catalog, idle_ns: int, scope: ProjectScope, ids: Sequence[str]) -> list[Within]:
    """What belongs to those of `ids` that are sessions of rooms, as far as it is known now."""
    return [within(each, idle_ns) for each in find_sessions(catalog, scope.project_id, ids).values()]


def whole_sessions(q: str, find: Find, idle_ns: int) -> Query:
    """The filter `q`, where `session:ID` finds what is the session's without naming it as well.

    Raises:
        InvalidError: the filter is wrong.
    """
    tree = _whole(parse(q), find, idle_ns)
    return Query(text=q, tree=tree, window=_window(tree))


def finder(catalog: Catalog, project: str) -> Find:
    """Looks sessions of a project up."""
    return lambda session_id: find_session(catalog, project, session_id)


def _whole(node: Node, find: Find, idle_ns: int) -> Node:
    match node:
        case Field(key=key, op=op, values=values) if key == SESSION and op in {"", "="}:
            found = [find(value.text) for value in values if value.text and not value.prefix]
            more = [_unnamed(each, idle_ns) for each in found if each is not None]
            return AnyOf(terms=(node, *more)) if more else node
        case Not(term=term):
            return Not(term=_whole(term, find, idle_ns))
        case AllOf(terms=terms):
            return AllOf(terms=tuple(_whole(term, find, idle_ns) for term in terms))
        case AnyOf(terms=terms):
            return AnyOf(terms=tuple(_whole(term, find, idle_ns) for term in terms))
    return node


def _window(tree: Node) -> tuple[int, int] | None:
    """The time of the sessions that a filter cannot do without."""
    for term in tree.terms if isinstance(tree, AllOf) else (tree,):
        match term:
            case AnyOf(terms=(Field(values=values), *found)):
                parts = [each for each in found if isinstance(each, Unnamed)]
                # A conversation among them has no bounds that are known.
                if len(parts) == len(found) == len(values):
                    return min(each.since_ns for each in parts), max(each.until_ns for each in parts)
    return None


def _unnamed(session: RoomSession, idle_ns: int) -> Unnamed:
    return Unnamed(room=session.room, since_ns=session.started_ns, until_ns=session.until_ns(idle_ns))


def whose(sessions: Sequence[RoomSession], idle_ns: int) -> tuple[str, dict[str, Any]]:
    """SQL for the session that a run belongs to, '' for none of `sessions`, and its parameters.

    What names a session is that one's, whichever are asked about.
    """
    parameters = {
        "whose_ids": [each.id for each in sessions],
        "whose_rooms": [each.room for each in sessions],
        "whose_since": [each.started_ns for each in sessions],
        "whose_until": [min(each.until_ns(idle_ns), LATEST_NS) for each in sessions],
    }
    if not sessions:
        return "session", {}
    at = "toUnixTimestamp64Nano(runs.started_at)"
    place = (
        f"arrayFirstIndex((r, s, u) -> r = room AND {at} >= s AND {at} < u, {{whose_rooms:Array(String)}},"
        " {whose_since:Array(Int64)}, {whose_until:Array(Int64)})"
    )
    unnamed = f"if(room = '', '', arrayElement({{whose_ids:Array(String)}}, {place}))"
    return f"if(session != '', session, {unnamed})", parameters
