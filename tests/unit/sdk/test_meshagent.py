"""`meshagent.otel.otel_config` as MeshAgent's documents show it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable

from meshagent.otel import otel_config

from .conftest import Ended, Receiver, plain

Program = Callable[..., Ended]

SERVICE = """
import logging
from meshagent.otel import otel_config
otel_config(service_name="my-service", level=logging.DEBUG)
otel_config(service_name="second")
from opentelemetry import metrics, trace
with trace.get_tracer("t").start_as_current_span("work"):
    logging.getLogger("app").info("hello %s", "room")
metrics.get_meter("m").create_counter("jobs").add(2)
"""


def test_its_signature_is_keyword_only_with_the_documented_defaults() -> None:
    assert (
        str(inspect.signature(otel_config))
        == "(*, level: 'int' = 20, service_name: 'str' = 'meshagent-service') -> 'None'"
    )
    assert logging.INFO == 20


def test_traces_logs_and_metrics_carry_the_room_of_the_environment(
    receiver: Receiver, program: Program
) -> None:
    done = program(
        SERVICE,
        OTEL_ENDPOINT=f"{receiver.url}/",
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
    assert [record.body.string_value for record in receiver.logs] == ["hello room"]
    assert receiver.logs[0].span_id == receiver.spans[0].span_id
    assert plain(receiver.logs[0].attributes).get("code.function.name") is not None


def test_its_own_transport_is_not_logged_to_itself(receiver: Receiver, program: Program) -> None:
    code = SERVICE + "\nimport fanlight; fanlight.flush(); fanlight.flush()"
    program(code, OTEL_ENDPOINT=receiver.url)
    assert [record.body.string_value for record in receiver.logs] == ["hello room"]


def test_without_an_endpoint_only_the_console_is_set_up(receiver: Receiver, program: Program) -> None:
    done = program(SERVICE, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    assert done.stderr.strip() == "INFO:app:hello room"
    assert (receiver.spans, receiver.logs, receiver.metrics) == ([], [], [])
