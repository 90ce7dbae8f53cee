"""What it costs to make the content of one span when it is read: a usual one, and hostile ones."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from benchmarks.bench import Bench
from benchmarks.report import Row, row
from fanlight.semconv.content.reading import read_content
from fanlight.semconv.content.sent import Sent

USUAL_MS = 2
HOSTILE_MS = 2_000
MIB = 1024 * 1024

Attributes = Iterable[tuple[str, Any]]


def measure(bench: Bench) -> list[Row]:
    """One row a kind of span: reading and encoding, the best of three."""
    bench.say("content: making it of usual and of hostile spans")
    return [
        row("content of a span", name, _best_ms(list(make())), "ms", at_most=bound_ms)
        for name, (make, bound_ms) in SPANS.items()
    ]


def _best_ms(attributes: list[tuple[str, Any]]) -> float:
    return min(_took_ms(attributes) for _ in range(3))


def _took_ms(attributes: list[tuple[str, Any]]) -> float:
    began = time.perf_counter()
    msgspec.json.encode(read_content(Sent.of("llm", attributes=attributes)))
    return (time.perf_counter() - began) * 1_000


def _turn(at: int) -> dict[str, Any]:
    call = {"id": f"c{at}", "function": {"name": "search", "arguments": json.dumps({"q": f"page {at}"})}}
    if at % 3 == 1:
        return {"role": "assistant", "content": "Let me look. " * 10, "tool_calls": [call]}
    if at % 3 == 2:
        return {"role": "tool", "tool_call_id": f"c{at - 1}", "content": json.dumps({"found": ["a"] * 20})}
    return {"role": "user", "content": [{"type": "text", "text": "What else is there? " * 10}]}


def _conversation() -> Attributes:
    yield "gen_ai.input.messages", json.dumps([_turn(at) for at in range(30)])
    yield "gen_ai.output.messages", json.dumps([_turn(1)])


def _flattened() -> Attributes:
    for at in range(10_000):
        yield f"llm.input_messages.{at * 100_000}.message.contents.{at}.message_content.text", "x" * 100


def _branches() -> Attributes:
    for at in range(10_000):
        yield f"llm.input_messages.{at}" + ".message" * 60, "x"


def _texts() -> Attributes:
    for key in ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions", "input.value"):
        yield key, "many words " * (5 * MIB // 11)


def _members() -> Attributes:
    yield "input.value", f"[{','.join('1' for _ in range(2_500_000))}]"


def _objects() -> Attributes:
    yield "input.value", json.dumps([{"role": "user", "content": [{"type": "text", "text": "x"}]}] * 80_000)


def _deep() -> Attributes:
    yield "input.value", "[" * 5_000 + "]" * 5_000
    yield "output.value", '{"a":' * 1_000_000


def _picture() -> Attributes:
    url = f"data:image/png;base64,{'QUJD' * (5 * MIB // 4)}"
    yield (
        "input.value",
        json.dumps([{"role": "user", "content": [{"type": "image_url", "image_url": url}] * 3}]),
    )


def _doubled() -> Attributes:
    """JSON in JSON, as arguments are, many times over."""
    arguments = json.dumps({"list": [1] * 19_000})
    call = {"function": {"name": "f", "arguments": arguments}}
    yield "input.value", json.dumps([{"role": "assistant", "tool_calls": [call] * 250}])


SPANS: Mapping[str, tuple[Callable[[], Attributes], float]] = {
    "30 messages with tool calls": (_conversation, USUAL_MS),
    "10,000 flattened keys, indices to 10^9": (_flattened, HOSTILE_MS),
    "10,000 keys of 60 segments": (_branches, HOSTILE_MS),
    "four texts of 5 MiB": (_texts, HOSTILE_MS),
    "a list of 2,500,000 numbers": (_members, HOSTILE_MS),
    "80,000 messages": (_objects, HOSTILE_MS),
    "JSON nested 5,000 and 1,000,000 deep": (_deep, HOSTILE_MS),
    "three pictures of 5 MiB": (_picture, HOSTILE_MS),
    "250 arguments of 19,000 members": (_doubled, HOSTILE_MS),
}
