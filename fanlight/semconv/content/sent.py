"""What was sent about one span, as far as its content may stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fanlight.semconv.content.flattened import unflattened
from fanlight.semconv.content.values import Budget, TooDeepError, parsed, tidy

MOST_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event of the span, or a log record about it: its attributes and the fields of its body together."""

    name: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Sent:
    """One span: its kind and tool as Fanlight understands them, its attributes and events as they came.

    Example:
        >>> sent = Sent.of("llm", attributes=[("gen_ai.input.messages", '[{"role": "user"}]')])
        >>> sent.value("gen_ai.input.messages"), sent.value("other")
        ([{'role': 'user'}], None)
    """

    kind: str
    tool: str | None
    values: Mapping[str, Any]
    events: Sequence[SentEvent]
    logs: Sequence[SentEvent]
    cut: bool = False
    _budget: Budget = field(default_factory=Budget)
    _read: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        kind: str,
        *,
        tool: str | None = None,
        attributes: Iterable[tuple[str, Any]] = (),
        events: Sequence[SentEvent] = (),
        logs: Sequence[SentEvent] = (),
        cut: bool = False,
    ) -> Sent:
        """The span's content to be; the first of several attributes of one key counts.

        `cut`: whoever asks knows that there is more than this.
        """
        values: dict[str, Any] = {}
        for key, value in attributes:
            values.setdefault(key, value)
        cut = cut or len(events) > MOST_EVENTS or len(logs) > MOST_EVENTS
        return cls(kind, tool, values, events[:MOST_EVENTS], logs[:MOST_EVENTS], cut)

    @property
    def truncated(self) -> bool:
        """Whether something was left out for its size."""
        return self.cut or self._budget.spent

    def value(self, key: str) -> Any:
        """The attribute `key`, parsed when it is the JSON of a list or an object; None when there is none."""
        if key not in self.values:
            return None
        if key not in self._read:
            self._read[key] = self.read(self.values[key])
        return self._read[key]

    def text(self, key: str) -> str | None:
        """The attribute `key` as the text that it is, also when that is JSON; None when it is no text."""
        value = self.values.get(key)
        return self._budget.text(value) if isinstance(value, str) else None

    def read(self, value: Any) -> Any:
        """`value` as a JSON value, parsed when it is the text of a list or an object."""
        if isinstance(value, str):
            return parsed(value, self._budget)
        try:
            return tidy(value, self._budget)
        except TooDeepError:
            self.cut = True
            return None

    def below(self, prefix: str) -> Any:
        """The list or object that was flattened into attributes below `prefix`; None when there is none."""
        return self.read(unflattened(self.values, prefix))
