"""What a stopped server left in its store, span by span: compared with what was sent, byte for byte.

`python -m tests.e2e.reliability.stored DATA` prints a line for each stored span: its ids and the SHA-256 of
its canonical form. It is a program because an embedded engine stays in the process that opened it. The form
is written down twice, in SQL and in Python, so that neither can hide a mistake of the other.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.e2e.reliability.spans import Sent
from tests.e2e.reliability.traffic import Ledger

FIELD, ITEM, PART = "\x1d", "\x1e", "\x1f"
"""Between fields, between the items of a list, between the parts of an item."""

_ATTRIBUTES = (
    "arrayStringConcat(arrayMap((k, v, t) -> concat(k, '\\x1f', v, '\\x1f', toString(t)),"
    " {0}_keys, {0}_values, {0}_types), '\\x1e')"
)
_EVENTS = (
    "arrayStringConcat(arrayMap((at, name, ks, vs, ts) -> concat(toString(at), '\\x1f', name, '\\x1f',"
    " arrayStringConcat(arrayMap((k, v, t) -> concat(k, '\\x1f', v, '\\x1f', toString(t)),"
    " ks, vs, ts), '\\x1f')),"
    " event_time_ns, event_name, event_keys, event_values, event_types), '\\x1e')"
)
_FIELDS = (
    "lower(hex(trace_id))",
    "lower(hex(span_id))",
    "if(parent_span_id = toFixedString('', 8), '', lower(hex(parent_span_id)))",
    "name",
    "toString(span_kind)",
    "toString(start_ns)",
    "toString(end_ns)",
    "toString(status_code)",
    "status_message",
    "trace_state",
    "scope_name",
    _ATTRIBUTES.format("attribute"),
    _ATTRIBUTES.format("resource"),
    _EVENTS,
)
_QUERY = (
    "SELECT lower(hex(trace_id)), lower(hex(span_id)),"
    f" lower(hex(SHA256(concat({', {0}, '.join(_FIELDS)})))) FROM spans"
).replace("{0}", "'\\x1d'")

Row = tuple[str, str, str]
"""Trace id, span id, digest of the canonical form."""


def stored_rows(data: Path) -> Counter[Row]:
    """Every span in the store of the data directory `data`; no server may run on it."""
    program = [sys.executable, "-m", "tests.e2e.reliability.stored", str(data)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    rows = (line.split() for line in done.stdout.splitlines())
    return Counter((trace, span, digest) for trace, span, digest in rows)


def sent_rows(sent: Sent, numbers: Iterable[int]) -> set[Row]:
    """The rows that requests `numbers` must become."""
    return {
        (span.trace_id.hex(), span.span_id.hex(), digest(span, resource, scope))
        for number in numbers
        for span, resource, scope in sent.whole(number)
    }


def digest(span: Span, resource: Sequence[KeyValue], scope: str) -> str:
    """SHA-256 of the canonical form of a span as it was sent."""
    fields = (
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.name,
        str(span.kind),
        str(span.start_time_unix_nano),
        str(span.end_time_unix_nano),
        str(span.status.code),
        span.status.message,
        span.trace_state,
        scope,
        ITEM.join(map(_attribute, span.attributes)),
        ITEM.join(map(_attribute, resource)),
        ITEM.join(
            PART.join((str(event.time_unix_nano), event.name, PART.join(map(_attribute, event.attributes))))
            for event in span.events
        ),
    )
    return hashlib.sha256(FIELD.join(fields).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Compared:
    """What is in the store against what was sent. `lost` and `changed` are of acknowledged spans.

    `astray` are traces of which a reader would not see all: their index or their runs' summaries are short.
    """

    acknowledged: int
    stored: int
    lost: int
    twice: int
    changed: int
    strangers: int
    astray: int

    @property
    def exact(self) -> bool:
        """Acknowledged is stored, stored was sent, each once and byte for byte; and all of it is found."""
        return (self.lost, self.twice, self.changed, self.strangers, self.astray) == (0, 0, 0, 0, 0)

    def __str__(self) -> str:
        text = (
            f"{self.lost:,} of {self.acknowledged:,} spans lost, {self.twice} twice, {self.changed} changed"
        )
        text += f", {self.strangers} never sent" if self.strangers else ""
        return text + (f", {self.astray} traces not shown whole" if self.astray else "")


def compare(data: Path, sent: Sent, ledger: Ledger) -> Compared:
    """The store in the data directory `data` against the senders' ledger; no server may run on it."""
    stored = stored_rows(data)
    acked = sent_rows(sent, ledger.acked)
    everything = acked | sent_rows(sent, ledger.sent - ledger.acked)
    names = Counter(row[:2] for row in stored.elements())
    known = {row[:2] for row in everything}
    return Compared(
        acknowledged=len(acked),
        stored=stored.total(),
        lost=len({row[:2] for row in acked} - names.keys()),
        twice=sum(1 for count in names.values() if count > 1),
        changed=sum(1 for row in stored if row[:2] in known and row not in everything),
        strangers=len(names.keys() - known),
        astray=_ask(data, "astray")[0],
    )


ARMS = (
    "",
    "string_value",
    "bool_value",
    "int_value",
    "double_value",
    "array_value",
    "kvlist_value",
    "bytes_value",
)


def _attribute(item: KeyValue) -> str:
    arm = item.value.WhichOneof("value") or ""
    return PART.join((item.key, _text(item.value, arm), str(ARMS.index(arm))))


def _text(value: AnyValue, arm: str) -> str:
    found = getattr(value, arm) if arm else ""
    match arm:
        case "bool_value":
            return "true" if found else "false"
        case "double_value":
            return repr(found).removesuffix(".0")
        case "array_value" | "kvlist_value":
            return base64.b64encode(found.SerializeToString()).decode()
        case "bytes_value":
            return base64.b64encode(found).decode()
    return str(found)


def id_sums(data: Path) -> tuple[int, int, int]:
    """How many spans are stored, how many different ones, and the sum of all span ids modulo 2^64."""
    count, different, total = _ask(data, "sums")
    return count, different, total


def sequences(data: Path) -> tuple[int, int]:
    """How many sequences the stored spans have, and how many different ones."""
    count, different = _ask(data, "sequences")
    return count, different


def _ask(data: Path, what: str) -> list[int]:
    program = [sys.executable, "-m", "tests.e2e.reliability.stored", str(data), what]
    done = subprocess.run(program, capture_output=True, text=True, timeout=600, check=True)
    return [int(number) for number in done.stdout.split()]


def span_id_number(span_id: bytes) -> int:
    """A span id as the engine sums it."""
    return int(struct.unpack("<Q", span_id)[0])


_ASKED = {
    "sums": "SELECT count(), uniqExact(trace_id, span_id), sum(reinterpretAsUInt64(span_id)) FROM spans",
    "sequences": "SELECT count(), uniqExact(seq) FROM spans",
    "astray": """
SELECT count()
FROM (
    SELECT project_id, trace_id, count() AS spans, min(effective_start) AS first, max(effective_start) AS last
    FROM spans GROUP BY project_id, trace_id
) AS stored
LEFT JOIN (
    SELECT project_id, trace_id, min(min_start) AS first, max(max_start) AS last
    FROM trace_index GROUP BY project_id, trace_id
) AS place USING (project_id, trace_id)
LEFT JOIN (
    SELECT project_id, trace_id, sum(span_count) AS told FROM runs FINAL GROUP BY project_id, trace_id
) AS summed USING (project_id, trace_id)
WHERE place.first > stored.first OR place.last < stored.last OR summed.told != stored.spans
""",
}


def _main(data: Path, *what: str) -> None:
    from fanlight.store.embedded import connect

    connection = connect(str(data / "store"), data / "reading.xml", {"max_threads": 2})
    if what:
        print(*connection.rows(_ASKED[what[0]])[0])
    else:
        for row in connection.rows(_QUERY):
            print(*row)
    connection.close()


if __name__ == "__main__":
    _main(Path(sys.argv[1]), *sys.argv[2:])
