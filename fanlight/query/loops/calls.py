"""A call: one tool or model call of a run, as far as telling whether it goes round in a circle needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanlight.model.step import Step

_ACKNOWLEDGEMENTS = frozenset(
    {"", "ok", "okay", "done", "success", "successful", "succeeded", "true", "received", "sent",
     "saved", "clicked", "typed", "scrolled", "pressed", "completed", "accepted", "queued", "1", "ack"}
)  # fmt: skip

LOOPING_KINDS = frozenset({"tool", "llm", "retriever"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. `what` stands for the tool and its arguments, or the model and its input; 0 = unknown.

    `result` stands for what it gave, 0 = unknown; `acknowledged` = it only said that it was done. `end_ns` is
    None while it goes on.
    """

    span_id: str
    parent_id: str = ""
    kind: str = "tool"
    name: str = ""
    agent: str = ""
    what: int = 0
    result: int = 0
    acknowledged: bool = False
    failed: bool = False
    error: str = ""
    start_ns: int = 0
    end_ns: int | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        """Calls with the same key asked the same thing."""
        return (self.kind, self.name, self.what)


def is_acknowledgement(result: str | None) -> bool:
    """Whether a result only says that something was done: getting it twice says nothing.

    Example:
        >>> [is_acknowledgement(text) for text in ('"OK."', '{"status": "success"}', "[7]")]
        [True, True, False]
    """
    text = (result or "").strip().lower()
    if text.startswith("{") and text.endswith("}") and text.count(":") == 1:
        text = text.strip("{}").partition(":")[2]
    return text.strip(" \"'.!{}") in _ACKNOWLEDGEMENTS


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
            acknowledged=is_acknowledgement(step.output),
            failed=step.failed,
            error=f"{step.error_type}: {step.error_message}" if step.failed else "",
            start_ns=step.start_ns,
            end_ns=step.end_ns,
        )
        for step in steps
        if step.kind in LOOPING_KINDS
    ]
    return sorted(found, key=lambda call: (call.start_ns, call.span_id))
