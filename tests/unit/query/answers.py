"""A store that gives what a test says, and rows as the questions of `fanlight/store/queries` give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fanlight.model.project import ProjectScope

SCOPE = ProjectScope("default")
MS = 1_000_000
NO_SPAN = "0" * 16

Rows = Sequence[Sequence[Any]]
Answer = Rows | Callable[[Mapping[str, Any]], Rows]


class Answers:
    """Answers by the name of the question; `asked` tells what was asked, the other lists what with."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.parameters: list[Mapping[str, Any]] = []
        self.fragments: list[Mapping[str, str]] = []

    def read(
        self,
        scope: ProjectScope,
        query: str,
        parameters: Mapping[str, Any] | None = None,
        fragments: Mapping[str, str] | None = None,
    ) -> Rows:
        assert scope == SCOPE
        self.asked.append(query)
        self.parameters.append(parameters or {})
        self.fragments.append(fragments or {})
        answer = self.answers.get(query, [])
        return answer(parameters or {}) if callable(answer) else answer

    read_columns = read


def run_row(run_id: str, *, at: int = 0, took: int | None = 1, **more: Any) -> list[Any]:
    """A row of `list_runs`; `at` and `took` in milliseconds. What is not said was not reported."""
    given = {
        "status": "success",
        "error_type": "",
        "error_message": "",
        "root": NO_SPAN,
        "agents": "",
        **more,
    }
    ended = None if took is None else (at + took) * MS
    return [
        run_id, given.get("trace_id", run_id), "plan", given["status"], given["agents"], "", "", "", "",
        at * MS, ended, None, None, None, None, None, None, None, [],
        given["error_type"], given["error_message"], NO_SPAN, 1, 0, 0, 0, given["root"], [], None, [],
    ]  # fmt: skip


def trace_row(
    span_id: str, parent: str | None = None, *, at: int = 0, took: int | None = 1, **more: Any
) -> list[Any]:
    """A row of `trace_structure`; `at` and `took` in milliseconds."""
    given = {"name": span_id, "status": 0, "content": 0, "operation": "", "error": None, **more}
    duration = None if took is None else took * MS
    state = given.get("state", "finished" if took is not None else "open")
    return [
        span_id, parent, given["name"], "internal", 1, given["status"], state, at * MS, duration, None, None,
        None, None, None, None, given["error"], 0, given["content"], "r1", given["operation"], None, None,
        None, [],
    ]  # fmt: skip


def columns(*rows: list[Any]) -> list[list[Any]]:
    """Rows of `trace_structure` as the store gives them: by columns, also when there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in trace_row("")]


def span_row(trace_id: str, span_id: str, **more: Any) -> list[Any]:
    """A row of `get_span`: a finished span of which little was said."""
    nothing: tuple[list[Any], ...] = ([], [], [])
    given = {"name": span_id, "attributes": nothing, "flags": [], **more}
    return [
        trace_id, span_id, NO_SPAN, given["name"], "internal", 1, 0, "", "finished", 5 * MS, 5 * MS, 9 * MS,
        "", "", "", "", "", "", "", "", "", "", None, None, None, None, None, "", None, None, "", 0, "", None,
        "", "", "", 0, "", "", nothing, nothing, given["attributes"], [[]] * 6, [[]] * 8, 0, 0, 0,
        given["flags"],
    ]  # fmt: skip
