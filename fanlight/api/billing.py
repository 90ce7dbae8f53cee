"""Money: billing and usage events come in, revenue goes out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import ask, described, json_response, page_of, ref
from fanlight.api.event_body import MOST_EVENTS, read_events
from fanlight.api.parameters import TIME, Scoped, Strict
from fanlight.api.services import services_of
from fanlight.api.spreadsheet import csv_response
from fanlight.api.times import parse_time_or_none
from fanlight.api.usage_tables import revenue_csv
from fanlight.model.billing import KINDS, read_billing
from fanlight.model.revenue import Accepted, BillingLine, RevenueReport, RunBilling
from fanlight.model.signal import Signal
from fanlight.model.usage_event import TOKENS, read_usage_event
from fanlight.otlp.billing import billing_request
from fanlight.otlp.usage import usage_request
from fanlight.query import revenue
from fanlight.query.runs import root_spans

router = APIRouter(prefix="/api/v1/projects/{project}", tags=["money"])

_TEXT = {"type": ["string", "null"], "maxLength": 256}
_ID = {"type": "string", "minLength": 1, "maxLength": 256, "description": "Makes the event count once."}
_AMOUNT = {
    "type": ["string", "number"],
    "description": "Decimal number with at most 12 places, best as text.",
    "examples": ["0.05"],
}
_COUNT = {"type": ["integer", "null"], "minimum": 0}
_BILLING_FIELDS = {
    **dict.fromkeys(("customer", "run", "agent", "occurred_at"), _TEXT),
    "amount": _AMOUNT,
    "kind": {"type": "string", "enum": list(KINDS), "default": "charge"},
    "currency": {"type": "string", "default": "USD", "description": "ISO 4217."},
    "description": {**_TEXT, "maxLength": 1_024},
}
_USAGE_FIELDS = {
    **dict.fromkeys(("model", "provider", "currency", "run", "agent", "occurred_at"), _TEXT),
    **dict.fromkeys(TOKENS, _COUNT),
    "cost": {**_AMOUNT, "type": ["string", "number", "null"]},
}


def _takes(fields: dict[str, Any], required: str, kind: str) -> dict[str, Any]:
    """The OpenAPI words for a body of events."""
    plain = {
        "type": "object",
        "required": ["id", *required.split()],
        "additionalProperties": False,
        "properties": {"id": _ID, "type": {"type": "string"}, **fields},
    }
    data = {"type": "object", "required": required.split(), "properties": fields}
    envelope = {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "description": "CloudEvents 1.0, structured. Its id and time are those of the event.",
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": _ID,
            "source": {"type": "string", "minLength": 1},
            "type": {"type": "string", "pattern": f"^{kind}(\\..*)?$"},
            "data": data,
        },
    }
    one = [plain, envelope]
    many = {"type": "array", "items": {"anyOf": one}, "minItems": 1, "maxItems": MOST_EVENTS}
    content = {"application/json": {"schema": {"anyOf": [*one, many]}}}
    return {"requestBody": {"required": True, "content": content}}


class RevenueWindow(Strict):
    """Which events and runs, and how they are grouped."""

    group: Literal["", "agent", "run", "customer", "room", "user", "model"] = Field(
        "", description="What to group by; nothing gives the total alone."
    )
    interval: Literal["", "minute", "hour", "day", "week"] = Field("", description="In time, too.")
    tz: str = Field("UTC", max_length=64, description="Where days and weeks begin.", examples=["Europe/Oslo"])
    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")
    format: Literal["json", "csv"] = Field("json", description="csv: a table for spreadsheets.")


@router.post(
    "/billing/events",
    openapi_extra=_takes(_BILLING_FIELDS, "amount", "fanlight.billing"),
    **described(ref(Accepted)),
)
async def post_billing_events(request: Request, scope: Scoped) -> Response:
    """Take billing events, all of them or none. They are on disk when this is answered.

    An event counts once by its `id`: the first one stands, whatever comes later under that id.
    """
    events = await read_events(request, "fanlight.billing", read_billing)
    services = services_of(request)
    body = billing_request(events, services.clock.now_ns())
    await services.otlp.report(scope.project_id, body, Signal.LOGS)
    return json_response(Accepted(accepted=len(events)))


class BillingWindow(Strict):
    """A page of the events that occurred in a time."""

    since: str = Field("", alias="from", max_length=64, description=f"Earliest time. {TIME}")
    until: str = Field("", alias="to", max_length=64, description=f"First time not included. {TIME}")
    limit: int = Field(50, ge=1, le=1_000, description="Most items in one page.")
    cursor: str | None = Field(None, max_length=512, description="`next` of the page before.")


@router.get("/billing/events", **described(page_of(BillingLine)))
async def list_billing_events(
    request: Request, scope: Scoped, window: Annotated[BillingWindow, Query()]
) -> Response:
    """Billing events that count, the latest to occur first."""
    now_ns = services_of(request).clock.now_ns()
    return await ask(
        request,
        revenue.list_billing,
        scope,
        since_ns=parse_time_or_none(window.since, now_ns),
        until_ns=parse_time_or_none(window.until, now_ns),
        limit=window.limit,
        cursor=window.cursor or None,
    )


@router.post(
    "/usage/events", openapi_extra=_takes(_USAGE_FIELDS, "", "fanlight.usage"), **described(ref(Accepted))
)
async def post_usage_events(request: Request, scope: Scoped) -> Response:
    """Take usage events: each becomes a model call of its run, or a run of its own when it names none."""
    events = await read_events(request, "fanlight.usage", read_usage_event)
    services = services_of(request)
    runs = sorted({event.run for event in events if event.run})
    roots = await services.workers.ask(partial(root_spans, services.store, scope, runs), request.receive)
    now_ns = services.clock.now_ns()
    body = usage_request([(event, roots.get(event.run, "")) for event in events], now_ns)
    await services.otlp.report(scope.project_id, body)
    return json_response(Accepted(accepted=len(events)))


_REVENUE = described(ref(RevenueReport))
_REVENUE["responses"][200]["content"]["text/csv"] = {"schema": {"type": "string"}}


@router.get("/usage/revenue", **_REVENUE)
async def get_revenue(request: Request, scope: Scoped, window: Annotated[RevenueWindow, Query()]) -> Response:
    """What billing events that occurred in the window come to, beside the cost of the runs begun in it.

    Each currency has sums of its own. A margin is given where all of the revenue is in dollars.
    """
    services = services_of(request)
    now_ns = services.clock.now_ns()
    asked: dict[str, Any] = {
        "group": window.group,
        "interval": window.interval,
        "tz": window.tz,
        "since_ns": parse_time_or_none(window.since, now_ns),
        "until_ns": parse_time_or_none(window.until, now_ns),
    }
    if window.format == "json":
        return await ask(request, revenue.get_revenue, scope, **asked)
    question = partial(revenue.get_revenue, services.store, scope, **asked)
    text = await services.workers.ask(lambda: revenue_csv(question()), request.receive)
    return csv_response(text, "revenue.csv")


@router.get("/runs/{run_id}/billing", **described(ref(RunBilling)))
async def get_run_billing(request: Request, scope: Scoped, run_id: str) -> Response:
    """The billing events of a run, and what they come to beside its cost; empty for a run without any."""
    return await ask(request, revenue.get_run_billing, scope, run_id)
