"""`meshagent.otel.otel_config` as MeshAgent's documents show it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable

import pytest
from meshagent.otel import otel_config

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]

SERVICE = """
import logging
from meshagent.otel import otel_config
otel_config(service_name="my-service", level=logging.DEBUG)
from opentelemetry import metrics, trace
with trace.get_tracer("t").start_as_current_span("work"):
    logging.getLogger("app").debug("hello %s", "room")
metrics.get_meter("m").create_counter("jobs").add(2)
"""

# The first function registered is the last one called at exit.
TIMED_EXIT = """
import atexit, time
ended = []
atexit.register(lambda: print(round(time.monotonic() - ended[0], 2)))
{service}
ended.append(time.monotonic())
"""


def bodies(receiver: Receiver) -> list[str]:
    return [record.body.string_value for record in receiver.logs]


def test_its_signature_is_keyword_only_with_the_documented_defaults() -> None:
    found = inspect.signature(otel_config).parameters.values()
    assert [(each.name, each.kind.name, each.default) for each in found] == [
        ("level", "KEYWORD_ONLY", logging.INFO),
        ("service_name", "KEYWORD_ONLY", "meshagent-service"),
    ]


@pytest.mark.parametrize("slash", ["", "/"])
def test_traces_logs_and_metrics_carry_the_room_of_the_environment(
    slash: str, receiver: Receiver, program: Program
) -> None:
    done = program(
        SERVICE,
        OTEL_ENDPOINT=f"{receiver.url}{slash}",
        OTEL_EXPORTER_OTLP_HEADERS="x-tenant=a%20b",
        MESHAGENT_PROJECT_ID="p1",
        MESHAGENT_ROOM="myroom",
        MESHAGENT_SESSION_ID="s1",
    )
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert receiver.tree() == [("work", None)]
    assert [metric.name for metric in receiver.metrics] == ["jobs"]
    resource = receiver.resources[0]
    wanted = ("service.name", "project", "room", "session")
    assert [resource[name] for name in wanted] == ["my-service", "p1", "myroom", "s1"]
    assert receiver.headers["x-tenant"] == "a b"
    assert receiver.headers["content-encoding"] == "gzip"
    assert bodies(receiver) == ["hello room"]
    assert receiver.logs[0].span_id == receiver.spans[0].span_id
    assert plain(receiver.logs[0].attributes).get("code.function.name") is not None


def test_an_endpoint_without_a_scheme_is_http(receiver: Receiver, program: Program) -> None:
    program(SERVICE, OTEL_ENDPOINT=receiver.url.removeprefix("http://"))
    assert bodies(receiver) == ["hello room"]


def test_what_the_environment_leaves_empty_is_no_tag(receiver: Receiver, program: Program) -> None:
    program(SERVICE, OTEL_ENDPOINT=receiver.url, MESHAGENT_ROOM="")
    assert {"project", "room", "session"} & set(receiver.resources[0]) == set()


@pytest.mark.parametrize(
    ("level", "logged", "said"),
    [
        ("logging.DEBUG", ["fine", "note", "care"], ""),
        ("'DEBUG'", ["fine", "note", "care"], ""),
        ("' warning '", ["care"], ""),
        ("'30'", ["care"], ""),
        ("30", ["care"], ""),
        ("'LOUD'", ["note", "care"], "otel_config: 'LOUD' is no level of logging, INFO is used\n"),
    ],
)
def test_a_level_is_a_number_or_a_name(
    level: str, logged: list[str], said: str, receiver: Receiver, program: Program
) -> None:
    code = f"""
import logging
from meshagent.otel import otel_config
otel_config(level={level})
app = logging.getLogger("app")
app.debug("fine"); app.info("note"); app.warning("care")
"""
    done = program(code, OTEL_ENDPOINT=receiver.url)
    assert (bodies(receiver), done.stderr) == (logged, said)


def test_the_first_call_wins_and_one_that_differs_is_told_so_once(
    receiver: Receiver, program: Program
) -> None:
    code = """
from meshagent.otel import otel_config
otel_config(service_name="first")
otel_config(service_name="first", level="INFO")
otel_config(service_name="second")
otel_config(service_name="third", level="DEBUG")
from opentelemetry import trace
with trace.get_tracer("t").start_as_current_span("work"):
    pass
"""
    notice = (
        "otel_config was called before as service 'first' at level INFO, which stays;"
        " a later call asks for service 'second' at level INFO"
    )
    assert program(code).stderr == f"WARNING:fanlight:{notice}\n"
    program(code, OTEL_ENDPOINT=receiver.url)
    assert {resource["service.name"] for resource in receiver.resources} == {"first"}
    assert (receiver.tree(), bodies(receiver)) == ([("work", None)], [notice])


def test_at_debug_no_transport_is_logged_to_itself_but_the_agents_own_requests_are(
    receiver: Receiver, program: Program
) -> None:
    code = (
        SERVICE
        + f"""
import fanlight, requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor
# A second exporter of the host's, whose library logs every request at DEBUG.
other = BatchSpanProcessor(OTLPSpanExporter("{receiver.url}/elsewhere"))
trace.get_tracer_provider().add_span_processor(other)
for turn in range(3):
    with trace.get_tracer("t").start_as_current_span("again"):
        pass
    other.force_flush()
    fanlight.flush()
requests.post("{receiver.url}/of-the-agent", data=b"")
"""
    )
    program(code, OTEL_ENDPOINT=receiver.url)
    heard = bodies(receiver)
    assert heard[0] == "hello room"
    assert [text for text in heard if "POST" in text and "/of-the-agent" not in text] == []
    assert [text for text in heard if "/of-the-agent" in text] != []


def test_what_is_queued_at_exit_is_sent_and_a_server_that_hangs_is_left_within_two_seconds(
    receiver: Receiver, program: Program
) -> None:
    code = TIMED_EXIT.format(service=SERVICE)
    sent = program(code, OTEL_ENDPOINT=receiver.url)
    assert (bodies(receiver), receiver.tree()) == (["hello room"], [("work", None)])
    receiver.delay_s = 6.0
    hung = program(code, OTEL_ENDPOINT=receiver.url)
    assert (sent.status, hung.status, hung.stderr) == (0, 0, "")
    assert float(hung.stdout) < 2.0


def test_without_an_endpoint_only_the_console_is_set_up(receiver: Receiver, program: Program) -> None:
    done = program(SERVICE, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    assert done.stderr.strip() == "DEBUG:app:hello room"
    assert (receiver.spans, receiver.logs, receiver.metrics) == ([], [], [])
