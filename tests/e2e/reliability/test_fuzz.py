"""Whatever is sent as OTLP: never a 5xx, never a hang, never more memory, and good neighbours are stored.

Requests are drawn from the schema and broken; they go straight into the ASGI application; its log is a list.
Set FANLIGHT_TEST_SEED to send the same ones again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psutil
import pytest
from google.protobuf.message import DecodeError, Message

from fanlight.ingest.ledger import Ledger
from fanlight.ingest.receivers.otlp_http import OtlpHttp
from fanlight.model.batch import Batch
from fanlight.model.signal import Signal
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import ROOTS
from fanlight.otlp.wire import block
from tests.e2e.reliability.mutators import count_items, draw_request, mutate_bytes, mutate_json
from tests.figures import Tell
from tests.fixtures.values import as_json

pytestmark = [pytest.mark.timeout(900), pytest.mark.trust("T9")]

POOL = 100
"""Valid requests of each signal; every mutant is made of one of them."""

HANG_S = 1.0
MIB = 1024 * 1024
GROWTH_MIB = 8
ALLOWED = frozenset({200, 400, 413})
NAMES = {
    Signal.TRACES: ("resource_spans", "scope_spans", "spans"),
    Signal.LOGS: ("resource_logs", "scope_logs", "log_records"),
    Signal.METRICS: ("resource_metrics", "scope_metrics", "metrics"),
}
NEIGHBOUR = b"good neighbour"
CODES = ("protobuf", "json")

Case = tuple[Signal, bytes, bool]
"""A request, and whether good neighbours are in it."""


@dataclass(slots=True)
class Receiver:
    """The application, and what it wrote and answered last."""

    app: OtlpHttp = field(init=False)
    batches: list[Batch] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.app = OtlpHttp(lambda *_: "", self._append, Limits(), Ledger())

    async def _append(self, batch: Batch) -> int:
        self.batches.append(batch)
        return 1

    async def post(self, signal: Signal, body: bytes, content_type: str) -> int:
        """Send one request; the status of its answer."""
        self.batches.clear()
        self.answer.clear()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            self.answer.update(message)

        headers = [(b"content-type", content_type.encode())]
        scope = {"type": "http", "method": "POST", "path": f"/v1/{signal}", "headers": headers}
        began = time.perf_counter()
        await self.app(scope, receive, send)
        self.seconds = time.perf_counter() - began
        return int(self.answer["status"])

    @property
    def neighbours(self) -> int:
        """How many good neighbours were written."""
        return sum(batch.plain.count(NEIGHBOUR) for batch in self.batches)


@dataclass(slots=True)
class Seen:
    """What a campaign saw. `bad` are the first few requests that were not dealt with as promised."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest_s: float = 0.0
    compared: int = 0
    bad: list[str] = field(default_factory=list)
    memory_bytes: list[int] = field(default_factory=list)

    @property
    def growth_mib(self) -> float:
        """From the second fifth of the requests to the last: medians, in MiB."""
        fifth = max(1, len(self.memory_bytes) // 5)
        early, late = sorted(self.memory_bytes[fifth : 2 * fifth]), sorted(self.memory_bytes[-fifth:])
        return (late[len(late) // 2] - early[len(early) // 2]) / MIB


def neighbour(signal: Signal, name: str) -> Message:
    """A request with one good item."""
    request: Any = ROOTS[signal].message()
    outer, inner, items = NAMES[signal]
    item = getattr(getattr(getattr(request, outer).add(), inner).add(), items).add()
    if signal is Signal.TRACES:
        item.trace_id, item.span_id, item.name = b"9" * 16, name.encode() * 8, f"good neighbour {name}"
    elif signal is Signal.LOGS:
        item.body.string_value = f"good neighbour {name}"
    else:
        item.name = f"good neighbour {name}"
        item.gauge.data_points.add(as_int=1)
    return request


def protobuf_cases(dice: random.Random, pools: Pools) -> Iterator[Case]:
    """Three of four break one block between good ones, the fourth breaks a request anywhere."""
    between = {signal: [neighbour(signal, name).SerializeToString() for name in "ab"] for signal in Signal}
    while True:
        signal = dice.choice(list(Signal))
        bodies, blocks = pools.bodies[signal], pools.blocks[signal]
        if dice.random() < 0.25:
            whole = dice.choice(bodies)
            yield signal, mutate_bytes(dice, whole, bodies) if dice.random() < 0.8 else whole, False
        else:
            bad = mutate_bytes(dice, dice.choice(blocks), bodies)
            yield signal, between[signal][0] + block(1, bad) + between[signal][1], True


def json_cases(dice: random.Random, pools: Pools) -> Iterator[Case]:
    """Three of four break one item between good ones, the fourth breaks the text of a request anywhere."""
    good = {signal: _items(signal, as_json(neighbour(signal, "a")))[0] for signal in Signal}
    while True:
        signal = dice.choice(list(Signal))
        if dice.random() < 0.25:
            whole = json.dumps(as_json(ROOTS[signal].message.FromString(dice.choice(pools.bodies[signal]))))
            yield signal, mutate_bytes(dice, whole.encode(), [whole.encode()]), False
            continue
        bad = mutate_json(dice, json.loads(dice.choice(pools.items[signal])))
        text = json.dumps(good[signal])
        outer, inner, items = (_camel(name) for name in NAMES[signal])
        yield signal, f'{{"{outer}":[{{"{inner}":[{{"{items}":[{text},{bad},{text}]}}]}}]}}'.encode(), True


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _items(signal: Signal, request: Any) -> list[Any]:
    outer, inner, items = (_camel(name) for name in NAMES[signal])
    return [
        item
        for resource in request.get(outer, ())
        for scope in resource.get(inner, ())
        for item in scope.get(items, ())
    ]


@dataclass(slots=True)
class Pools:
    """What mutants are made of: whole requests, their blocks, and their items as JSON."""

    bodies: dict[Signal, list[bytes]] = field(default_factory=dict)
    blocks: dict[Signal, list[bytes]] = field(default_factory=dict)
    items: dict[Signal, list[str]] = field(default_factory=dict)

    @classmethod
    def draw(cls, dice: random.Random) -> Pools:
        pools = cls()
        for signal in Signal:
            requests = [draw_request(dice, signal) for _ in range(POOL)]
            pools.bodies[signal] = [each.SerializeToString() for each in requests]
            pools.blocks[signal] = [
                resource.SerializeToString()
                for each in requests
                for resource in getattr(each, NAMES[signal][0])
            ]
            pools.items[signal] = [
                json.dumps(item) for each in requests for item in _items(signal, as_json(each))
            ]
        return pools


def agrees(signal: Signal, body: bytes, receiver: Receiver) -> bool:
    """Whether what was written of a request that was taken wholly is what google reads in it."""
    root = ROOTS[signal].message
    try:
        theirs = root.FromString(body)
    except DecodeError:
        return False
    ours = root.FromString(receiver.batches[0].plain if receiver.batches else b"")
    theirs.DiscardUnknownFields()
    ours.DiscardUnknownFields()
    if not receiver.batches:
        return count_items(ROOTS[signal], theirs) == 0
    return bool(ours.SerializeToString(deterministic=True) == theirs.SerializeToString(deterministic=True))


async def campaign(code: str, cases: Iterator[Case], count: int) -> Seen:
    receiver, seen = Receiver(), Seen()
    content_type = f"application/{'x-protobuf' if code == 'protobuf' else 'json'}"
    process = psutil.Process()
    for number in range(count):
        signal, body, has_neighbours = next(cases)
        status = await receiver.post(signal, body, content_type)
        await asyncio.sleep(0)  # what was cancelled is forgotten only when the loop turns
        seen.statuses[status] += 1
        seen.slowest_s = max(seen.slowest_s, receiver.seconds)
        wrong = status not in ALLOWED or (has_neighbours and receiver.neighbours != 2)
        if code == "protobuf" and status == 200 and not receiver.answer["body"]:
            seen.compared += 1
            wrong = wrong or not agrees(signal, body, receiver)
        if wrong:
            seen.bad.append(f"number {number}, {signal}: {status} {receiver.neighbours} {body[:600]!r}")
        if number % (count // 100) == 0:
            seen.memory_bytes.append(process.memory_info().rss)
    return seen


@pytest.mark.parametrize("count", [1_000, pytest.param(100_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("code", CODES)
def test_no_request_fails_the_receiver_or_costs_its_neighbours(
    seed: int, figure: Tell, code: str, count: int
) -> None:
    dice = random.Random(seed)
    pools = Pools.draw(dice)
    cases = (protobuf_cases if code == "protobuf" else json_cases)(dice, pools)
    began = time.monotonic()
    seen = asyncio.run(campaign(code, cases, count))
    print(dict(seen.statuses), f"{seen.compared} compared, {count / (time.monotonic() - began):.0f}/s")
    compared = f"; {seen.compared:,} as google.protobuf reads them" if seen.compared else ""
    figure(
        test="T9", what=f"{count:,} broken requests in {code}",
        target="no 5xx, good neighbours always stored, what is valid read as by google.protobuf",
        value=f"{len(seen.bad)} not so ({''.join(seen.bad[:2])})" if seen.bad else f"0 not so{compared}",
        ok=not seen.bad,
    )  # fmt: skip
    figure(
        test="T9", what=f"time of each of {count:,} broken requests in {code}", target="1 s at most",
        value=f"the slowest {seen.slowest_s * 1e3:.0f} ms", ok=seen.slowest_s <= HANG_S,
    )  # fmt: skip
    figure(
        test="T9", what=f"memory over {count:,} broken requests in {code}",
        target=f"no growth (<= {GROWTH_MIB} MiB from the second fifth to the last)",
        value=f"{seen.growth_mib:+.1f} MiB", ok=seen.growth_mib <= GROWTH_MIB,
    )  # fmt: skip
