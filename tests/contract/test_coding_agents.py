"""Runs of coding agents: whatever order their log records come in, and however often."""

import itertools
import random

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from fanlight.ingest.recorded import spans_in
from fanlight.store.contract import RunKey
from tests.fixtures import coding_agents

from .conftest import A_SEED_EACH
from .telemetry import NOW_NS

RUNS = """
    SELECT agent, name, status, session, user, input, models, tools, error_type, error_message,
        dateDiff('millisecond', started_at, ended_at), span_count, llm_count, tool_count,
        tokens_input, tokens_output, tokens_cache_read, tokens_cache_write, tokens_reasoning
    FROM runs FINAL ORDER BY started_at, run_id
"""
TOLD = {
    "claude-code": coding_agents.claude_code(NOW_NS),
    "codex_cli_rs": coding_agents.codex(NOW_NS),
    "gemini-cli": coding_agents.gemini_cli(NOW_NS),
}
EXPECTED = {
    "claude-code": [
        ("claude-code", "claude-code prompt", "success", coding_agents.SESSION, "dev@example.org",
         "fix the rounding", ["claude-opus-4-5"], ["Bash", "Edit"], "", "", 16_000, 7, 3, 2,
         1_200 + 10_000 + 400 + 300 + 11_600 + 500 + 12_000, 290, 33_600, 400, None),
        ("claude-code", "claude-code prompt", "error", coding_agents.SESSION, "dev@example.org",
         "ship", ["claude-opus-4-5"], [], "529", "Overloaded", 2_000, 2, 1, 0,
         None, None, None, None, None),
    ],
    "codex_cli_rs": [
        ("codex", "codex prompt", "success", coding_agents.CONVERSATION, "", "[REDACTED]",
         ["gpt-5-codex"], ["shell"], "", "", 8_000, 6, 2, 1, 1_900, 90, 1_412, None, 32),
        ("codex", "codex prompt", "success", coding_agents.CONVERSATION, "", "[REDACTED]",
         ["gpt-5-codex"], [], "", "", 3_000, 2, 1, 0, 1_200, 10, 1_024, None, 0),
    ],
    "gemini-cli": [
        ("gemini-cli", "gemini-cli prompt", "success", "gemini-session", "", "count words",
         ["gemini-2.5-pro"], ["run_shell_command"], "", "", 8_000, 4, 2, 1, 1_750, 160, 700, None, 90),
    ],
}  # fmt: skip


def request_of(service, records):
    """The spans of these records, as the receivers append them."""
    sent = ParseDict(coding_agents.request(service, records), ExportLogsServiceRequest())
    plain, items = spans_in(sent.SerializeToString())
    return ExportTraceServiceRequest.FromString(plain) if items else None


def store_in_parts(store, log, service, parts):
    """One insert and one summary a part, as the writer does."""
    for part in parts:
        store_together(store, log, [(service, part)])


def store_together(store, log, parts):
    """Parts of several services in one insert."""
    requests = [made for service, part in parts if (made := request_of(service, part))]
    if requests:
        inserted = store.insert(log.segment(*requests))
        store.summarise(sorted(inserted.runs), first_seq=log.next_seq)
        log.next_seq += 100


@pytest.mark.parametrize("service", list(TOLD))
def test_each_prompt_is_a_run_with_its_calls_and_tools(store, log, rows, service):
    store_in_parts(store, log, service, [TOLD[service]])
    assert rows(RUNS) == EXPECTED[service]


@A_SEED_EACH
def test_late_shuffled_and_resent_records_give_the_same_runs(store, log, rows, seed):
    order = random.Random(seed)
    arrivals = []
    for service, told in TOLD.items():
        parts = [[record] for record in told] + [told[1:3]]
        order.shuffle(parts)
        arrivals.append([(service, part) for part in [*parts, told]])
    for together in itertools.zip_longest(*arrivals, fillvalue=("", [])):
        store_together(store, log, together)
    found = rows(RUNS)
    for expected in EXPECTED.values():
        assert [run for run in found if run[0] == expected[0][0]] == expected
    spans = sum(len(request_of(*told).resource_spans[0].scope_spans[0].spans) for told in TOLD.items())
    assert rows("SELECT count(), uniqExact(trace_id, span_id) FROM spans") == [(spans, spans)]


def test_a_run_goes_on_until_the_model_answers_and_nothing_follows(store, log, rows):
    states = []
    for record in TOLD["claude-code"][:7]:
        store_in_parts(store, log, "claude-code", [[record]])
        states += [status for (status,) in rows("SELECT status FROM runs FINAL")]
    assert states == ["running", "success", "running", "running", "success", "running", "success"]


def test_a_run_that_falls_silent_before_its_answer_is_lost(store, log, rows):
    store_in_parts(store, log, "claude-code", [TOLD["claude-code"][:4]])
    assert store.lose_runs(silent_since_ns=NOW_NS + 10**12, first_seq=log.next_seq) == [
        RunKey("default", request_of("claude-code", TOLD["claude-code"]).resource_spans[0]
               .scope_spans[0].spans[0].trace_id.hex())
    ]  # fmt: skip
    assert rows("SELECT status FROM runs FINAL") == [("lost",)]
