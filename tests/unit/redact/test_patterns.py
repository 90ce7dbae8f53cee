"""Patterns of a project's own: found in texts, whatever lies around them, in time by length alone."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.errors import InvalidError
from fanlight.model.signal import Signal
from fanlight.otlp.own_patterns import mask_patterns
from fanlight.redact.patterns import Patterns, check_pattern

TEXTS = st.lists(st.text("aäP-19 €\n\x02", max_size=8), max_size=6)


def request_of(*names: str) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for name in names:
        span = spans.add(trace_id=b"P-1111111111111", span_id=b"P-111111", name=name)
        span.attributes.add(key=name).value.string_value = name
    return request


def masked(patterns: dict[str, str], *names: str) -> tuple[list[str], dict[str, int]]:
    found = mask_patterns(Signal.TRACES, request_of(*names).SerializeToString(), Patterns(patterns))
    after = ExportTraceServiceRequest.FromString(found.plain)
    spans = after.resource_spans[0].scope_spans[0].spans
    assert {span.span_id for span in spans} == {b"P-111111"}
    assert [span.attributes[0].key for span in spans] == list(names)
    return [span.attributes[0].value.string_value for span in spans], dict(found.counts)


def test_finds_are_masked_in_values_and_counted_under_the_patterns_name() -> None:
    assert masked({"staff": "P-[0-9]{6}", "word": "(?i)ä+"}, "ask P-123456, P-654321", "no", "xÄä") == (
        ["ask ********, ********", "no", "x****"],
        {"staff": 4, "word": 2},
    )


def test_anchors_mean_the_bounds_of_a_text() -> None:
    assert masked({"whole": "^P-1$"}, "P-1", "P-1 ", "xP-1") == (["***", "P-1 ", "xP-1"], {"whole": 2})
    assert masked({"end": r"[0-9]+\b"}, "a12 b3c") == (["a** b3c"], {"end": 2})


@given(TEXTS)
def test_places_are_those_of_each_text_by_itself(texts: list[str]) -> None:
    data = [text.encode() for text in texts]
    patterns = Patterns({"p": "P-[19]+|ä|€."})
    alone = [patterns.places([text])[0] for text in data]
    assert patterns.places(data) == alone
    for text, places in zip(data, alone, strict=True):
        for start, end, _ in places:
            text[start:end].decode()


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    masked({"bad": "(a+)+b", "worse": "(a|aa)+c"}, "a" * 50_000)
    assert time.process_time() - began < 5


def test_only_parts_in_which_something_may_lie_are_looked_at_closely() -> None:
    data = b"one P-1 two|none at all|Q and P-22"
    patterns = Patterns({"p": "P-[0-9]+", "q": "Q"})
    assert patterns.ranges(data, [11, 23]) == patterns.ranges(data, [23, 0, 11, 34]) == [(0, 11), (23, 34)]
    assert (patterns.ranges(data, []), patterns.ranges(b"", [])) == ([(0, 34)], [])
    # Bounds of texts are not known here, so whoever asks for them is to look everywhere.
    for anchored in ("^P", "P$", r"\bP", r"\BP", r"\AP", r"P\z"):
        assert Patterns({"q": "x", "p": anchored}).ranges(data, [11, 23]) == [(0, 34)]
    assert (bool(patterns), bool(Patterns({})), Patterns({}).ranges(data, [11])) == (True, False, [])


def test_places_come_with_the_names_of_their_patterns() -> None:
    patterns = Patterns({"p": "P-([0-9])+", "q": "Q"})
    assert patterns.places([b"P-1 Q P-23", b"", b"no", b"QQ"]) == [
        [(0, 3, "p"), (6, 10, "p"), (4, 5, "q")], [], [], [(0, 1, "q"), (1, 2, "q")],
    ]  # fmt: skip
    assert patterns.places([]) == []


SYNTAX = "RE2's syntax: without look-around and back-references"


@pytest.mark.parametrize(
    ("pattern", "message", "hint"),
    [
        ("(", "the pattern p cannot be used: missing ): (()", SYNTAX),
        # In a group of ours it would be two.
        (")(", "the pattern p cannot be used: unexpected ): )(", SYNTAX),
        ("(?<=x)y", "the pattern p cannot be used: invalid perl operator: (?<=", SYNTAX),
        (r"(a)\1", r"the pattern p cannot be used: invalid escape sequence: \1", SYNTAX),
        ("a{1001}", "the pattern p cannot be used: invalid repetition size: {1001}", SYNTAX),
        ("", "the pattern p finds the empty text", "let it ask for a character"),
        ("a|b*", "the pattern p finds the empty text", "let it ask for a character"),
        ("^$", "the pattern p finds the empty text", "let it ask for a character"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern: str, message: str, hint: str) -> None:
    with pytest.raises(InvalidError) as refused:
        check_pattern("p", pattern)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize("pattern", ["P-[0-9]+", " ", "(?i)ä", "a(b)*", "^P$"])
def test_others_can_be_used(pattern: str) -> None:
    check_pattern("p", pattern)


def test_a_pattern_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(InvalidError, match="surrogates not allowed"):
        check_pattern("p", "\ud800")


def test_the_first_look_at_a_pattern_does_not_import_pandas() -> None:
    code = "import sys; from fanlight.redact.patterns import *; check_pattern('a', 'P-1')"
    look = "Patterns({'a': 'P-1'}).places([b'ask P-1']); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", f"{code}; {look}"], capture_output=True, check=True)
    assert done.stdout == b"False\n"
