"""However the bytes of a stream are cut into pieces, the same items come out, and nothing is lost."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fanlight.clock import ManualClock
from fanlight.runner.capture.events import PREFIXES, parse_line
from fanlight.runner.capture.items import Event, Item, Line
from fanlight.runner.capture.lines import RawLine, Splitter
from fanlight.runner.capture.reader import Capture

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(PREFIXES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
EVENTS = st.builds(
    lambda kind, content, more: {"type": kind, "content": content, **more},
    st.sampled_from(["status", "thinking", "delta", "tool_usage", "artifact"]),
    JSON,
    st.dictionaries(st.text("abc", min_size=1, max_size=3), JSON, max_size=2),
)
WRITTEN = st.builds(
    lambda prefix, event, ascii_: prefix + json.dumps(event, ensure_ascii=ascii_),
    st.sampled_from(PREFIXES),
    EVENTS,
    st.just(True),
)
JUNK = st.text(st.characters(exclude_characters="{[_:\n"), max_size=6)
PIECES = st.lists(
    st.one_of(WRITTEN, JUNK, st.just("\n"), st.sampled_from([*PREFIXES, '{"type":', "[1]", "\r\n"])),
    max_size=12,
)


def read(data: bytes, cuts: list[int]) -> list[Item]:
    capture = Capture("n", clock=ManualClock())
    bounds = [0, *sorted(cuts), len(data)]
    fed = [item for a, b in itertools.pairwise(bounds) for item in capture.feed("stdout", data[a:b])]
    return fed + capture.close()


@given(PIECES, st.binary(max_size=5), st.data())
def test_the_same_items_come_however_the_bytes_are_cut(
    pieces: list[str], tail: bytes, data: st.DataObject
) -> None:
    stream = "".join(pieces).encode("utf-8", "surrogatepass") + tail
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    assert str(read(stream, cuts)) == str(read(stream, []))


@given(st.lists(st.one_of(EVENTS.map(lambda event: ("event", event)), JUNK.map(lambda text: ("text", text)))))
def test_every_event_that_was_written_comes_out_in_its_order_whatever_stands_between(
    parts: list[tuple[str, Any]],
) -> None:
    prefixes = itertools.cycle(PREFIXES)
    line = "".join(part if kind == "text" else next(prefixes) + json.dumps(part) for kind, part in parts)
    found = [part for part in parse_line(line) if not isinstance(part, str)]
    assert [str(event.value) for event in found] == [str(part) for kind, part in parts if kind == "event"]


@given(PIECES)
def test_events_and_text_together_hold_every_visible_character(pieces: list[str]) -> None:
    stream = "".join(pieces)
    kept = "".join(
        item.text if isinstance(item, Line) else item.original or item.text
        for item in read(stream.encode("utf-8", "replace"), [])
        if isinstance(item, Line | Event)
    )
    lost = _visible(stream)
    for prefix in PREFIXES:
        lost = lost.replace(prefix, "")
        kept = kept.replace(prefix, "")
    assert sorted(_visible(kept)) == sorted(lost)


@given(st.binary(max_size=200), st.integers(1, 20), st.data())
def test_lines_and_what_was_cut_of_them_add_up_to_the_bytes(
    data: bytes, limit: int, draw: st.DataObject
) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=8)))
    splitter = Splitter(limit)
    lines: list[RawLine] = []
    for a, b in itertools.pairwise([0, *cuts, len(data)]):
        lines += splitter.feed(data[a:b])
    lines += splitter.close()
    whole = data.split(b"\n")
    if whole[-1] == b"":
        whole.pop()
    assert [(line.data, line.cut_bytes) for line in lines] == [
        (part[:limit] if len(part) > limit else part.removesuffix(b"\r"), max(0, len(part) - limit))
        for part in whole
    ]


def _visible(text: str) -> str:
    return "".join(text.encode("utf-8", "replace").decode().split())
