"""A call: one tool or model call of a run, as far as telling whether it goes round in a circle needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanlight.model.step import Step

LOOPING_KINDS = frozenset({"tool", "llm", "retriever"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `what` stands for the tool with its arguments, or the model with its input; 0 = unknown.

    `result` stands for what it gave, 0 = unknown. `end_ns` is None while it goes on.
    """

    span_id: str
    parent_id: str = ""
    kind: str = "tool"
    name: str = ""
    agent: str = ""
    what: int = 0
    result: int = 0
    failed: bool = False
    error: str = ""
    start_ns: int = 0
    end_ns: int | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """Calls with the same key asked the same thing."""
        return (self.kind, self.name, self.what)


def calls_of(steps: Iterable[Step]) -> list[Call]:
    """The calls among `steps`, by start."""
    found = [
        Call(
            span_id=step.span_id,
            parent_id=step.parent_id or "",
            kind=step.kind,
            name=step.tool or step.name,
            agent=step.agent,
            what=step.call_hash or step.input_hash,
            result=step.output_hash,
            failed=step.failed,
            error=f"{step.error_type}: {step.error_message}" if step.failed else "",
            start_ns=step.start_ns,
            end_ns=step.end_ns,
        )
        for step in steps
        if step.kind in LOOPING_KINDS
    ]
    return sorted(found, key=lambda call: (call.start_ns, call.span_id))
