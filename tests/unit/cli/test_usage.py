"""`fanlight usage` in the terminal."""

from __future__ import annotations

import json
from typing import Any

import httpx

from .conftest import Cli


def item(key: str | None, cost: str, unpriced: int = 0, **more: Any) -> dict[str, Any]:
    tokens = {"input": 1_200, "output": 300, "cache_read": 0, "cache_write": 0, "reasoning": 0}
    return {
        "key": key, "at": None, "runs": 2, "spans": 9, "errors": 1, "tokens": tokens,
        "cost": {"amount": cost, "currency": "USD", "unpriced_tokens": unpriced},
        "p50_ms": 840.0, "p95_ms": 2_500.0, "p99_ms": None, **more,
    }  # fmt: skip


def server(request: httpx.Request) -> httpx.Response:
    if request.url.path == "/api/v1/projects/default/sampling":
        sampled = {"head_rate": 1.0, "tail_rate": 0.1, "spans_sampled": 0, "traces_thinned": 40}
        return httpx.Response(200, json=sampled)
    assert request.url.path == "/api/v1/projects/default/usage/cost"
    assert dict(request.url.params)["group"] == "model"
    items = [item("gpt-4o", "1.2345"), item("my-own", "0", 1_500)]
    return httpx.Response(
        200, json={"items": items, "total": item(None, "1.2345", 1_500), "truncated": False}
    )


def test_usage_is_a_table_with_a_total_and_what_has_no_price_is_said(cli: Cli) -> None:
    told = cli("usage", server=server)
    assert told.status == 0
    assert [line.split() for line in told.stdout.splitlines() if line.strip()][-3:] == [
        ["gpt-4o", "2", "9", "1", "1,200", "300", "$1.23", "840", "ms", "2.5", "s"],
        ["my-own", "2", "9", "1", "1,200", "300", "unpriced", "840", "ms", "2.5", "s"],
        ["total", "2", "9", "1", "1,200", "300", "≥", "$1.23", "840", "ms", "2.5", "s"],
    ]
    assert "1,500 tokens (100%) have no price and are in no sum" in told.stderr


def test_usage_gives_json_on_demand(cli: Cli) -> None:
    assert json.loads(cli("usage", "--json", server=server).stdout)["items"][0]["key"] == "gpt-4o"
