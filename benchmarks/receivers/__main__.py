"""`python -m benchmarks.receivers`: CPU per 1,000 spans of the receivers' own part, beside upb parse-only.

From a plain or gzip'd body to the batch that the log takes: inflate, count, parse, compare, weigh. Without
HTTP, without the log. Beside it what redaction adds: the shapes of tokens, which are always looked for, then
with what a project may choose. Every number is the best of five laps over 2,048 spans.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.agents import PLAIN, SMALL
from benchmarks.corpus import build
from fanlight.ingest.redaction import ProjectRules
from fanlight.model.batch import Coding
from fanlight.model.signal import Signal
from fanlight.otlp.check import check
from fanlight.otlp.coding import inflate
from fanlight.otlp.limits import Limits
from fanlight.otlp.shape import ROOTS
from fanlight.redact.patterns import Patterns
from fanlight.redact.personal import KINDS
from fanlight.redact.rules import Rules

SPANS = 2_048
LAPS = 5
_LIMITS = Limits()


def best(work: Callable[[bytes], object], bodies: Sequence[bytes]) -> float:
    """CPU milliseconds for 1,000 spans."""
    times = []
    for _ in range(LAPS):
        began = time.process_time()
        for body in bodies:
            work(body)
        times.append(time.process_time() - began)
    return min(times) / SPANS * 1e6


def take(body: bytes, coding: Coding) -> None:
    plain, _ = inflate(body, coding, _LIMITS.max_body_bytes)
    check(Signal.TRACES, plain, _LIMITS)


def main() -> None:
    for shape in (PLAIN, SMALL):
        corpus = build(spans=SPANS, shape=shape)
        plain = [bytes(corpus.render(i, lap=0, now_ns=time.time_ns())) for i in range(len(corpus.requests))]
        packed = [gzip.compress(body, 6) for body in plain]
        parse = best(ROOTS[Signal.TRACES].message.FromString, plain)
        print(f"{corpus.name:8} {corpus.bytes_per_span:7.0f} B a span, CPU ms per 1,000 spans: ", end="")
        print(
            f"parse only {parse:.2f}, plain {best(lambda body: take(body, Coding.IDENTITY), plain):.2f}, ",
            end="",
        )
        gzipped = best(lambda body: take(body, Coding.GZIP), packed)
        print(f"gzip {gzipped:.2f}")
        adds = {name: best(partial(rules.mask, Signal.TRACES), plain) for name, rules in _rules().items()}
        told = ", ".join(f"{name} {added:.2f}" for name, added in adds.items())
        print(f"{'':8} redaction adds: {told} (tokens: {adds['tokens'] / gzipped:.0%} of gzip)")


def _rules() -> dict[str, ProjectRules]:
    secrets = [f"n0t-a-w0rd-{number * 7_919:x}" for number in range(10)]
    return {
        "tokens": ProjectRules(Rules()),
        "10 secrets": ProjectRules(Rules(secrets)),
        "personal data": ProjectRules(Rules(personal=KINDS)),
        "a pattern": ProjectRules(Rules(), Patterns({"staff": "P-[0-9]{6}"})),
        "no content": ProjectRules(Rules(), capture_content=False),
    }


if __name__ == "__main__":
    main()
