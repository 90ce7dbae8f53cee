"""The corpus: OTLP trace requests that are encoded once and made new by patching bytes in place.

A load generator that encodes protobuf measures itself. So the requests are built beforehand, and each lap
over them only overwrites, at known offsets, the ids, the times and one planted word of every request.

Example:
    >>> corpus = build(spans=600, seed=1, per_request=200)
    >>> [request.spans for request in corpus.requests][:2]
    [200, 200]
    >>> first, again = corpus.render(0, lap=0, now_ns=10**18), corpus.render(0, lap=1, now_ns=10**18)
    >>> len(first) == len(again), first == again
    (True, False)
"""

from __future__ import annotations

import pickle
import random
import struct
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.agents import PLAIN, Agent, Shape, Step, side_by_side

PLANTED_BYTES = 16
_MARK = "zq" + "0" * (PLANTED_BYTES - 2)
_TIME = struct.Struct("<Q")
_MOMENT = 0x1122334455667788
"""Stands for an event's time until its place is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One encoded request and the places in it that a lap overwrites.

    `ids` are all ids one after the other, `id_places` the (offset, length) of each; `times` are
    (offset, nanoseconds since the corpus began); `planted` is the offset of the planted word, which stands
    in a tool's result, or None where no tool was called.
    """

    body: bytes
    spans: int
    ids: bytes
    id_places: tuple[tuple[int, int], ...]
    times: tuple[tuple[int, int], ...]
    planted: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Requests of one shape. `runs` are (trace id, span count) of the first lap, `users` who they are for."""

    name: str
    seed: int
    requests: tuple[Request, ...]
    runs: tuple[tuple[bytes, int], ...]
    users: tuple[str, ...]
    length_ns: int

    @property
    def spans(self) -> int:
        """Spans in one lap."""
        return sum(request.spans for request in self.requests)

    @property
    def bytes_per_span(self) -> float:
        """Uncompressed bytes of a request for each of its spans."""
        return sum(len(request.body) for request in self.requests) / self.spans

    def render(self, index: int, *, lap: int, now_ns: int) -> bytearray:
        """Request `index` of lap `lap`, whose runs all ended by `now_ns`."""
        body = bytearray(self.requests[index].body)
        self.patch(body, index, lap=lap, now_ns=now_ns)
        return body

    def patch(self, body: bytearray, index: int, *, lap: int, now_ns: int) -> None:
        """Make `body`, any rendering of request `index`, the one of lap `lap`. About 1 us a span."""
        request = self.requests[index]
        size = len(request.ids)
        mask = int.from_bytes(self.nonce(lap) * (size // 8), "big")
        ids = (int.from_bytes(request.ids, "big") ^ mask).to_bytes(size, "big")
        at = 0
        for offset, length in request.id_places:
            body[offset : offset + length] = ids[at : at + length]
            at += length
        shift, pack = now_ns - self.length_ns, _TIME.pack_into
        for offset, base_ns in request.times:
            pack(body, offset, base_ns + shift)
        if request.planted is not None:
            word = self.planted_word(index, lap=lap).encode()
            body[request.planted : request.planted + PLANTED_BYTES] = word

    def nonce(self, lap: int) -> bytes:
        """What every 8 bytes of an id of lap `lap` are XORed with."""
        return random.Random(f"{self.seed}-{lap}").randbytes(8)

    def trace_id(self, number: int, *, lap: int) -> str:
        """The trace id of run `number` in lap `lap`, as hex."""
        base, nonce = self.runs[number][0], self.nonce(lap) * 2
        return bytes(a ^ b for a, b in zip(base, nonce, strict=True)).hex()

    def planted_word(self, index: int, *, lap: int) -> str:
        """The word that only request `index` of lap `lap` holds, once."""
        dice = random.Random(f"{self.seed}-{lap}-{index}").randbytes(PLANTED_BYTES - 2)
        return "zq" + "".join("bcdfghjklmnpqrst"[byte & 15] for byte in dice)

    def save(self, path: Path) -> None:
        """Write it for another process to `load`."""
        path.write_bytes(pickle.dumps(self))


def load(path: Path) -> Corpus:
    """What `Corpus.save` wrote."""
    corpus: Corpus = pickle.loads(path.read_bytes())
    return corpus


def build(
    *,
    spans: int = 20_480,
    shape: Shape = PLAIN,
    seed: int = 20_261_121,
    per_request: int = 512,
    concurrent: int = 32,
) -> Corpus:
    """A corpus with at least `spans` spans a lap, in requests of `per_request`."""
    agent = Agent(random.Random(seed), shape)
    ids = random.Random(seed + 1)
    told = side_by_side(agent, at_least=spans, concurrent=concurrent)
    names = [_Ids(ids) for _ in range(1 + max(number for number, _, _ in told))]
    counts: dict[int, int] = defaultdict(int)
    for number, _, _ in told:
        counts[number] += 1
    return Corpus(
        name=shape.name,
        seed=seed,
        requests=tuple(
            _encode([(names[number], service, step) for number, service, step in told[at : at + per_request]])
            for at in range(0, len(told), per_request)
        ),
        runs=tuple((name.trace_id, counts[number]) for number, name in enumerate(names)),
        users=tuple(agent.users),
        length_ns=max(step.end_ns for _, _, step in told),
    )


def build_wide(*, spans: int, seed: int = 7) -> Corpus:
    """One request that holds one trace of `spans` spans, for reading a very large trace."""
    shape = Shape(name="wide", question=(64, 65), history=200, answer=(20, 80), result=(20, 80), system=60)
    agent, ids = Agent(random.Random(seed), shape), random.Random(seed + 1)
    service, steps = agent.run(0, spans=spans)
    name = _Ids(ids)
    return Corpus(
        name="wide",
        seed=seed,
        requests=(_encode([(name, service, step) for step in steps]),),
        runs=((name.trace_id, len(steps)),),
        users=tuple(agent.users),
        length_ns=max(step.end_ns for step in steps),
    )


class _Ids:
    """The ids of one run: made when first asked for."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = random.Random(rng.getrandbits(64))
        self._spans: dict[int, bytes] = {}
        self.trace_id = rng.randbytes(16)

    def span(self, index: int) -> bytes:
        if index not in self._spans:
            self._spans[index] = self._rng.randbytes(8)
        return self._spans[index]


@dataclass(slots=True)
class _Encoded:
    """Bytes with the places in them that laps overwrite, relative to their start."""

    body: bytes
    ids: list[tuple[int, bytes]]
    times: list[tuple[int, int]]


def _encode(told: Sequence[tuple[_Ids, str, Step]]) -> Request:
    """One request: the spans of each service under its resource, in the order in which they ended."""
    groups: dict[str, list[tuple[_Ids, Step]]] = defaultdict(list)
    for ids, service, step in told:
        groups[service].append((ids, step))
    _plant([step for _, _, step in told])
    whole = _join([_resource_spans(service, members) for service, members in groups.items()])
    planted = whole.body.find(_MARK.encode())
    return Request(
        body=whole.body,
        spans=len(told),
        ids=b"".join(value for _, value in whole.ids),
        id_places=tuple((offset, len(value)) for offset, value in whole.ids),
        times=tuple(whole.times),
        planted=planted if planted >= 0 else None,
    )


def _plant(steps: Sequence[Step]) -> None:
    """Put the mark into the first tool's result: that is text which a search must find."""
    for step in steps:
        if step.name.startswith("execute_tool"):
            key = (
                "gen_ai.tool.call.result" if "gen_ai.tool.call.result" in step.attributes else "output.value"
            )
            step.attributes[key] += f" {_MARK}."
            return


def _resource_spans(service: str, members: Sequence[tuple[_Ids, Step]]) -> _Encoded:
    resource = Resource(
        attributes=_attributes(
            {
                "service.name": service,
                "service.version": "3.1.4",
                "service.instance.id": f"{service}-7d9f",
                "deployment.environment.name": "production",
                "host.name": "node-04",
                "process.pid": 4711,
                "process.runtime.name": "cpython",
                "telemetry.sdk.language": "python",
                "telemetry.sdk.name": "opentelemetry",
                "telemetry.sdk.version": "1.45.2",
            }
        )
    ).SerializeToString()
    scope = _field(1, _field(1, b"fanlight.benchmark").body + _field(2, b"1.0").body)
    spans = _join([scope, *(_wrap(2, _span(ids, step)) for ids, step in members)])
    return _wrap(1, _join([_field(1, resource), _wrap(2, spans)]))


def _span(ids: _Ids, step: Step) -> _Encoded:
    """A span with its fields in ascending order, as serialisers write them."""
    parts = [_id(1, ids.trace_id), _id(2, ids.span(step.index))]
    if step.parent is not None:
        parts.append(_id(4, ids.span(step.parent)))
    parts.append(_field(5, step.name.encode()))
    parts.append(_Encoded(bytes((6 << 3, step.kind)), [], []))
    parts.append(_time(7, step.start_ns))
    parts.append(_time(8, step.end_ns))
    rest = Span(attributes=_attributes(step.attributes))
    if step.error:
        _fail(rest, *step.error)
    raw = rest.SerializeToString()
    moments = [(raw.index(_TIME.pack(_MOMENT)), step.end_ns)] if step.error else []
    return _join([*parts, _Encoded(raw, [], moments)])


def _fail(span: Span, kind: str, message: str) -> None:
    span.status.code, span.status.message = span.status.STATUS_CODE_ERROR, message
    span.attributes.extend(_attributes({"error.type": kind}))
    stack = f'Traceback (most recent call last):\n  File "agent.py", line 88, in call\n{kind}: {message}'
    said = {"exception.type": kind, "exception.message": message, "exception.stacktrace": stack}
    span.events.add(name="exception", time_unix_nano=_MOMENT, attributes=_attributes(said))


def _attributes(values: dict[str, Any]) -> list[KeyValue]:
    found = []
    for key, value in values.items():
        item = KeyValue(key=key)
        if isinstance(value, bool):
            item.value.bool_value = value
        elif isinstance(value, int):
            item.value.int_value = value
        elif isinstance(value, float):
            item.value.double_value = value
        elif isinstance(value, list):
            item.value.array_value.values.extend([_attributes({"": entry})[0].value for entry in value])
        else:
            item.value.string_value = value
        found.append(item)
    return found


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, value: bytes) -> _Encoded:
    return _Encoded(_varint(number << 3 | 2) + _varint(len(value)) + value, [], [])


def _id(number: int, value: bytes) -> _Encoded:
    return _Encoded(bytes((number << 3 | 2, len(value))) + value, [(2, value)], [])


def _time(number: int, time_ns: int) -> _Encoded:
    return _Encoded(bytes((number << 3 | 1,)) + _TIME.pack(time_ns), [], [(1, time_ns)])


def _join(parts: Sequence[_Encoded]) -> _Encoded:
    whole = _Encoded(b"".join(part.body for part in parts), [], [])
    at = 0
    for part in parts:
        whole.ids.extend((at + offset, value) for offset, value in part.ids)
        whole.times.extend((at + offset, time_ns) for offset, time_ns in part.times)
        at += len(part.body)
    return whole


def _wrap(number: int, inner: _Encoded) -> _Encoded:
    head = _varint(number << 3 | 2) + _varint(len(inner.body))
    return _join([_Encoded(head, [], []), inner])
