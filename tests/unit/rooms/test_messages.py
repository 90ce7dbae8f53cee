"""Bodies of messages, and the span that they name."""

from __future__ import annotations

import pytest

from fanlight.rooms.malformed import Malformation, MalformedError
from fanlight.rooms.messages import MAX_DEPTH, Body, SpanPlace, pack, place_of, unpack

TRACE, SPAN = "fbbf" * 8, "2217" * 4


def raw(header: bytes, data: bytes = b"") -> bytes:
    return len(header).to_bytes(8) + header + data


def test_a_body_is_a_length_a_header_and_bytes() -> None:
    written = bytes.fromhex("0000000000000009") + b'{"a":"b"}' + b"\x00rest"
    assert unpack(written) == Body({"a": "b"}, b"\x00rest")


def test_what_is_sent_carries_the_context_beside_the_header() -> None:
    sent = pack({"type": "json", "json": {"ü": 1}}, b"raw", context={"traceparent": "tp"})
    header = b'{"type":"json","json":{"\\u00fc":1},"__meshagent__":{"v":1,"otel":{"traceparent":"tp"}}}'
    assert sent == raw(header, b"raw")


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"{}" + b"}" * (depth - 1)


@pytest.mark.parametrize(
    ("payload", "malformation"),
    [
        (b"", Malformation.CUT),
        (bytes(7), Malformation.CUT),
        (bytes(7) + b"\x05{}", Malformation.CUT),
        (b"\xff" * 8 + b"{}", Malformation.CUT),
        (raw(b" " * 200 + b"{}"), Malformation.HEADER_TOO_LARGE),
        (raw(b""), Malformation.HEADER),
        (raw(b"[]"), Malformation.HEADER),
        (raw(b"null"), Malformation.HEADER),
        (raw(b'{"a":}'), Malformation.HEADER),
        (raw(b'{"a":"\xff"}'), Malformation.HEADER),
    ],
)
def test_each_malformed_body_has_its_own_error(payload: bytes, malformation: Malformation) -> None:
    with pytest.raises(MalformedError) as caught:
        unpack(payload, max_header_bytes=200)
    assert (caught.value.malformation, caught.value.message_id) == (malformation, None)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 100_000])
def test_a_header_that_is_nested_too_deep_is_refused(depth: int) -> None:
    with pytest.raises(MalformedError) as caught:
        unpack(raw(nested(depth)))
    assert caught.value.malformation is Malformation.DEPTH


def test_a_header_of_the_most_depth_or_with_many_brackets_is_taken() -> None:
    assert len(unpack(raw(nested(MAX_DEPTH))).header) == 1
    assert unpack(raw(b'{"a":"' + b"[" * 500 + b'"}')).header == {"a": "[" * 500}
    assert unpack(raw(b'{"a":[' + b"[]," * 500 + b"[]]}")).header == {"a": [[]] * 501}


def test_a_number_of_too_many_digits_is_no_header() -> None:
    with pytest.raises(MalformedError) as caught:
        unpack(raw(b'{"a":' + b"9" * 5_000 + b"}"))
    assert caught.value.malformation is Malformation.HEADER


def test_halves_of_surrogates_and_numbers_that_json_lacks_become_text_that_can_be_stored() -> None:
    header = b'{"a":"x\\ud800y","b":"\\ud83d\\ude00","c":[NaN,-Infinity],"\\uDC00":1}'
    assert unpack(raw(header)).header == {
        "a": "x\ufffdy",
        "b": "\U0001f600",
        "c": ["NaN", "-Infinity"],
        "\ufffd": 1,
    }


def with_parent(parent: object) -> dict[str, object]:
    return {"__meshagent__": {"v": 1, "otel": {"traceparent": parent}}}


@pytest.mark.parametrize("parent", [f"00-{TRACE}-{SPAN}-03", f"01-{TRACE}-{SPAN}-00-more"])
def test_a_message_names_the_span_in_which_it_was_sent(parent: str) -> None:
    assert place_of(with_parent(parent)) == SpanPlace(TRACE, SPAN)


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"__meshagent__": None},
        {"__meshagent__": {"v": 1}},
        {"__meshagent__": {"otel": []}},
        *map(
            with_parent,
            [
                None,
                7,
                "",
                f"00-{TRACE}-{SPAN}",
                f"ff-{TRACE}-{SPAN}-01",
                f"00-{TRACE.upper()}-{SPAN}-01",
                f"00-{'0' * 32}-{SPAN}-01",
                f"00-{TRACE}-{'0' * 16}-01",
                f"00-{TRACE}-{SPAN}-01-more",
                f"00-{TRACE}-{SPAN}-01\n",
            ],
        ),
    ],
)
def test_what_is_no_context_names_no_span(header: dict[str, object]) -> None:
    assert place_of(header) is None
