"""Words for writing calls by hand, times in seconds."""

from __future__ import annotations

import dataclasses
import itertools
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fanlight.query.loops.calls import Call, is_acknowledgement

SECOND_NS = 1_000_000_000


def hashed(text: str) -> int:
    return zlib.crc32(text.encode()) + 1


@dataclass
class Tape:
    """Calls one after the other; `at` is the time on the tape."""

    at: float = 0.0
    agent: str = ""

    def __post_init__(self) -> None:
        self.calls: list[Call] = []
        self._ids: Iterator[int] = itertools.count(1)

    def put(self, kind: str, name: str, args: str, result: str | None, took: float, error: str = "") -> Tape:
        end = self.at + took
        self.calls.append(
            Call(
                span_id=f"{next(self._ids):016x}",
                kind=kind,
                name=name,
                agent=self.agent,
                what=hashed(f"{name}({args})") if kind == "tool" else hashed(args) if args else 0,
                result=0 if result is None else hashed(result),
                acknowledged=is_acknowledgement(result),
                failed=bool(error),
                error=error,
                start_ns=int(self.at * SECOND_NS),
                end_ns=int(end * SECOND_NS),
            )
        )
        self.at = end
        return self

    def model(self, took: float = 2.0, asked: str = "", said: str | None = None) -> Tape:
        """A model call; `asked` is its whole input, '' when it grows from turn to turn."""
        return self.put("llm", "chat", asked, said, took)

    def tool(
        self, name: str, args: str = "", result: str | None = "some text", took: float = 0.5, error: str = ""
    ) -> Tape:
        return self.put("tool", name, args, result, took, error)

    def wait(self, seconds: float) -> Tape:
        self.at += seconds
        return self


def side_by_side(name: str, args: Sequence[str], result: str) -> list[Call]:
    """Calls of one tool that run at the same time."""
    calls = []
    for number, each in enumerate(args):
        tape = Tape(at=number * 0.01)
        calls += tape.tool(name, each, result, took=2.0).calls
    return [dataclasses.replace(call, span_id=f"{number:016x}") for number, call in enumerate(calls)]
