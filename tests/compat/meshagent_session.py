"""What a session of a room sends, as OTLP's JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

NOW_NS = time.time_ns()
SECOND_NS = 10**9


def span(
    number: int,
    name: str,
    start_ms: int,
    took_ms: int,
    attributes: Mapping[str, Any],
    *,
    trace: int = 1,
    parent: int = 0,
) -> dict[str, Any]:
    start_ns = NOW_NS + start_ms * 10**6
    return {
        "traceId": f"{trace:032x}",
        "spanId": f"{number:016x}",
        **({"parentSpanId": f"{parent:016x}"} if parent else {}),
        "name": name,
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + took_ms * 10**6),
        "attributes": pairs(attributes),
    }


def llm(number: int, model: str, *, trace: int = 1, parent: int = 0, user: str) -> dict[str, Any]:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": model,
        "gen_ai.usage.input_tokens": 1_000 + number,
        "gen_ai.usage.output_tokens": 100,
        "user.id": user,
        "tag": "[/b]",
    }
    return span(number, "call", 1_000, 1_500, attributes, trace=trace, parent=parent)


def pairs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = {int: "intValue", str: "stringValue"}
    return [{"key": key, "value": {kinds[type(value)]: value}} for key, value in values.items()]


def otlp(whose: str, name: str, resource: Mapping[str, Any], items: list[Any]) -> dict[str, Any]:
    inner = {"scope": {"name": "app"}, name: items}
    return {f"resource{whose}": [{"resource": {"attributes": pairs(resource)}, f"scope{whose}": [inner]}]}


RECORDS = [
    {
        "timeUnixNano": str(NOW_NS + number),
        "severityNumber": 13,
        "severityText": severity,
        "traceId": f"{1:032x}",
        "spanId": f"{2:016x}",
        "body": {"stringValue": text},
        **more,
    }
    for number, (severity, text, more) in enumerate(
        [("WARN", "slow", {}), ("custom", "hi", {"eventName": "fanlight.developer_log"})], start=1
    )
]
METRICS = [
    {
        "name": "app.jobs",
        "sum": {
            "aggregationTemporality": 1,
            "isMonotonic": True,
            "dataPoints": [{"timeUnixNano": str(NOW_NS + n * SECOND_NS), "asInt": "1"} for n in range(2)],
        },
    },
    {
        "name": "app.open",
        "sum": {
            "aggregationTemporality": 2,
            "dataPoints": [{"timeUnixNano": str(NOW_NS + n), "asInt": str(n)} for n in (1, 2)],
        },
    },
    {
        "name": "app.size",
        "unit": "By",
        "histogram": {
            "aggregationTemporality": 1,
            "dataPoints": [
                {
                    "timeUnixNano": str(NOW_NS), "count": "2", "sum": 7.0, "min": 3.0, "max": 4.0,
                    "explicitBounds": [1.0, 5.0], "bucketCounts": ["0", "2", "0"],
                }
            ],
        },
    },
]  # fmt: skip
