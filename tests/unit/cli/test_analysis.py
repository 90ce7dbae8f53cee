"""`why` and `diff` in a terminal."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

from fanlight.cli.commands.tail import event_line

from .conftest import Cli
from .test_commands import ID, RUN, Server

SPAN = {"tool": "b7ad6b7169203331", "root": "00f067aa0ba902b7"}
FAILURE = {
    "run_id": ID, "trace_id": ID, "status": "error", "verdict": "failed",
    "cause": {"kind": "rate_limit", "statement": "fetch failed: 429 \x1b[2J",
              "confidence": "high", "span_id": SPAN["tool"], "log_id": None},
    "symptom": {"kind": "error", "statement": "plan failed: gave up", "span_id": SPAN["root"],
                "log_id": None},
    "chain": [
        {"span_id": SPAN["tool"], "name": "fetch", "statement": "fetch failed: 429"},
        {"span_id": SPAN["root"], "name": "plan", "statement": "plan failed: gave up"},
    ],
    "retries": [{"name": "chat", "attempts": 2, "outcome": "succeeded", "span_ids": [SPAN["tool"]],
                 "statement": "chat was tried 2 times after timeout: attempt 2 succeeded"}],
    "notes": [{"kind": "clock_skew", "statement": "the clock differs", "span_id": None,
               "log_id": "abcdefghijklmno"}],
    "next": "Wait and try again.", "truncated": False,
}  # fmt: skip
WELL = {**FAILURE, "verdict": "no failure found", "cause": None, "symptom": None, "chain": [], "retries": [],
        "notes": [], "next": None}  # fmt: skip


def side(**more: object) -> dict[str, object]:
    return {"span_id": "a", "outcome": "ok", "duration_ms": 100.0, "tokens_input": 10, "tokens_output": 2,
            "cost": "0.0012", "model": "m", "error": None, "output": "x", "runs": None, **more}  # fmt: skip


def whole(**more: object) -> dict[str, object]:
    return {"id": ID, "status": "success", "name": "plan", "agent": "a", "started_at": None,
            "duration_ms": 1_000.0, "tokens_input": 10, "tokens_output": 2, "cost": "0.0012", "steps": 3,
            "errors": 0, "runs": [], **more}  # fmt: skip


DIFF = {
    "a": whole(), "b": whole(status="error", duration_ms=1_500.0, tokens_input=8, errors=1, cost=None),
    "differences": ["time"], "same": 7, "changed": 1, "only_a": 0, "only_b": 1, "truncated": False,
    "steps": [
        {"change": "changed", "depth": 0, "kind": "llm", "name": "chat", "agent": None,
         "differences": ["time", "outcome"], "a": side(), "b": side(outcome="error", error="Timeout")},
        {"change": "only_b", "depth": 1, "kind": "tool", "name": "search\x1b[2J", "agent": None,
         "differences": [], "a": None, "b": side(cost=None)},
    ],
}  # fmt: skip


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_why_says_the_cause_first_and_ends_with_1(cli: Cli) -> None:
    server = Server(**{f"runs__{ID}": RUN, f"runs__{ID}__failure": FAILURE})
    ran = cli("why", ID, server=server, columns=120)
    assert (ran.status, ran.stderr) == (1, "")
    assert lines(ran.stdout)[1:] == [
        "✗ failed: rate limit high confidence",
        r"cause fetch failed: 429 \x1b[2J b7ad6b7169203331",
        "symptom ↳ plan failed: gave up 00f067aa0ba902b7",
        "retries chat was tried 2 times after timeout: attempt 2 succeeded b7ad6b7169203331",
        "notes the clock differs log abcdefghijkl…",
        "next Wait and try again.",
    ]


def test_why_of_a_run_that_is_well_ends_with_0(cli: Cli) -> None:
    server = Server(**{f"runs__{ID}": RUN, f"runs__{ID}__failure": WELL})
    ran = cli("why", ID, server=server)
    assert (ran.status, lines(ran.stdout)[1:]) == (0, ["✓ no failure found"])


@pytest.mark.parametrize(("failure", "status"), [(FAILURE, 1), (WELL, 0)])
def test_why_as_json_is_the_answer_of_the_server(cli: Cli, failure: dict[str, object], status: int) -> None:
    ran = cli("why", ID, "--json", server=Server(**{f"runs__{ID}__failure": failure}))
    assert (ran.status, json.loads(ran.stdout)) == (status, failure)


def test_why_without_a_server_ends_with_3(cli: Cli) -> None:
    assert cli("why", ID).status == 3


def test_diff_is_a_table_of_both_runs_and_of_the_steps_that_differ(cli: Cli) -> None:
    server = Server(**{f"runs__{ID}__diff__{ID}": DIFF})
    ran = cli("diff", ID, ID, server=server, columns=140)
    assert server.asked == [f"default/runs/{ID}/diff/{ID}?changed=true"]
    assert (ran.status, ran.stderr) == (0, "")
    said = lines(ran.stdout)
    assert "took 1 s 1.5 s +500 ms" in said
    assert "tokens in 10 8 -2" in said
    assert "cost $0.0012 – –" in said
    assert "~ llm chat 100 ms 10→2 $0.0012 100 ms 10→2 $0.0012 ✗ Timeout time, ok → error" in said
    assert r"+ tool search\x1b[2J – 100 ms 10→2" in said
    assert said[-1] == "7 steps the same · 1 changed · 0 only in A · 1 only in B"


@pytest.mark.parametrize("columns", [60, 80, 100, 140])
def test_no_table_of_a_comparison_overflows_the_terminal(cli: Cli, columns: int) -> None:
    ran = cli("diff", ID, ID, server=Server(**{f"runs__{ID}__diff__{ID}": DIFF}), columns=columns)
    assert max(cell_len(line) for line in ran.stdout.splitlines()) <= columns


def test_a_run_is_compared_with_a_median(cli: Cli) -> None:
    server = Server(**{f"runs__{ID}__diff": {**DIFF, "b": whole(id=None, runs=["x", "y"])}})
    ran = cli("diff", ID, "--median", "20", "--all", server=server)
    assert server.asked == [f"default/runs/{ID}/diff?median=20"]
    assert "median of 2" in ran.stdout


@pytest.mark.parametrize("arguments", [(ID,), (ID, ID, "--median", "5")])
def test_a_run_is_compared_with_one_thing(cli: Cli, arguments: tuple[str, ...]) -> None:
    ran = cli("diff", *arguments, server=Server())
    assert (ran.status, ran.stdout) == (2, "")
    assert "give a second run, or --median 20" in ran.stderr


def test_a_finding_is_a_line_of_the_tail() -> None:
    data = {"at": "2025-01-02T03:04:05.678901234Z", "statement": "search was called 4 times\x1b[2J",
            "state": "over", "run_id": ID}  # fmt: skip
    line = event_line({"type": "finding", "data": data}).plain
    assert line.endswith(r"found search was called 4 times\x1b[2J  over  4bf92f3577b3")
