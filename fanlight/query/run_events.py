"""The events of a run, as Charm's readers expect them: in order, one `final`, one `internal_run_finished`.

Events are log records. Those that came by the runner's own pipe are verified; the others were found in what
the agent printed, where anybody can write anything. So an unverified end of the run is held back until it is
sure that no verified one comes, and what a reader is sent depends on the stored events alone: whoever comes
back with the id of the last message goes on exactly behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from fanlight.errors import InvalidError
from fanlight.model.project import ProjectScope
from fanlight.model.run import Run, RunStatus
from fanlight.store.contract import Store

PAGE = 500
LAST = 2**63
FINAL, FINISHED, ERROR = "final", "internal_run_finished", "error"
_ENDINGS = [FINAL, FINISHED, ERROR]
_ID = re.compile(r"(\d{1,18})([-+][a-z]+)?")
_OVER = "+end"


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One stored event: its place in the run, counted from 1, and its JSON text exactly as it appeared."""

    place: int
    type: str
    verified: bool
    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a reader is sent."""

    id: str
    text: str


@dataclass(slots=True)
class Told:
    """What one reader was told so far.

    `place` is the last event that was looked at. `error` and `final` are whether one was sent.
    """

    place: int = 0
    final: bool = False
    error: bool = False
    over: bool = False
    held_final: str | None = None
    held_finish: str | None = None

    def take(self, event: RunEvent) -> list[Message]:
        """The messages that the next event makes.

        Example:
            >>> told = Told()
            >>> told.take(RunEvent(1, "final", False, '{"type": "final", "content": "forged"}'))
            []
            >>> [message.id for message in told.take(RunEvent(2, "final", True, "{}"))]
            ['2']
            >>> [message.id for message in told.take(RunEvent(3, "internal_run_finished", True, "{}"))]
            ['3']
            >>> told.over
            True
        """
        self.place = event.place
        this = Message(str(event.place), event.text)
        if event.type == FINAL:
            return self._final(event, this)
        if event.type == FINISHED and not event.verified:
            self.held_finish = event.text
            return []
        if event.type == FINISHED:
            self.over = True
            return [*self._release(f"{event.place}-final"), this]
        self.error = self.error or event.type == ERROR
        return [this]

    def _final(self, event: RunEvent, this: Message) -> list[Message]:
        if self.final:
            return []
        if not event.verified:
            self.held_final = self.held_final or event.text
            return []
        self.final = True
        return [this]

    def _release(self, id_: str) -> list[Message]:
        if self.final or self.held_final is None:
            return []
        self.final = True
        return [Message(id_, self.held_final)]

    def close(self, run: Run) -> list[Message]:
        """The messages that are missing at the end of a run whose own end was never told."""
        made = self._release(f"{self.place}+final")
        if not self.final and run.status is RunStatus.SUCCESS and run.output is not None:
            self.final = True
            made.append(Message(f"{self.place}+final", _final_text(run.output)))
        if not self.error and run.status in (RunStatus.ERROR, RunStatus.LOST):
            self.error = True
            made.append(Message(f"{self.place}+error", _event_text(ERROR, _error_of(run))))
        self.over = True
        duration_ms = round(run.duration_ms or 0)
        finish = {"exit_code": 0 if run.status in _GOOD else 1, "duration_ms": duration_ms}
        made.append(Message(f"{self.place}{_OVER}", self.held_finish or _event_text(FINISHED, finish)))
        return made


_GOOD = (RunStatus.SUCCESS, RunStatus.SUSPENDED)


def read_run_events(
    store: Store,
    scope: ProjectScope,
    run_id: str,
    *,
    after: int = 0,
    upto: int = LAST,
    types: Sequence[str] = (),
    limit: int = PAGE,
) -> list[RunEvent]:
    """Up to `limit` events of a run, those with `after` < place <= `upto`, in order.

    `types` narrows them down. A run whose id is no trace id has none: what it did is in spans alone.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", run_id):
        return []
    asked = {"run_id": run_id, "after": after, "upto": upto, "types": list(types), "limit": limit}
    return [RunEvent(*row) for row in store.read(scope, "run_events", asked)]


def resume(store: Store, scope: ProjectScope, run_id: str, last_id: str | None) -> Told:
    """What a reader was told whose last message had that id; nothing yet without one.

    Raises:
        InvalidError: no message has such an id.
    """
    told = Told()
    if not last_id:
        return told
    found = _ID.fullmatch(last_id)
    if found is None:
        raise InvalidError(f"{last_id[:60]!r} is no id of this stream", hint="begin without Last-Event-ID")
    place, part = int(found[1]), found[2] or ""
    if part.startswith("-"):
        place -= 1
    events = read_run_events(store, scope, run_id, upto=place, types=_ENDINGS, limit=10_000)
    for event in events:
        told.take(event)
    told.place = place
    # An error or an end that was added comes behind the `final`, where there is any.
    told.final = told.final or part.endswith("final") or part.startswith("+")
    told.error = told.error or part == "+error"
    told.over = told.over or part == _OVER
    return told


def _final_text(output: str) -> str:
    return json.dumps({"type": FINAL, "content": output, "format": "markdown"}, ensure_ascii=False)


def _event_text(type_: str, content: object) -> str:
    return json.dumps({"type": type_, "content": content}, ensure_ascii=False)


def _error_of(run: Run) -> str:
    said = run.error.message or run.error.type if run.error else None
    return said or ("the run was lost" if run.status is RunStatus.LOST else "the run failed")
