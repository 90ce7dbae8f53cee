"""What whoever watches an agent's process has to say: it is gone."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from fanlight.api.answers import described, json_response, ref
from fanlight.api.parameters import Scoped, Strict
from fanlight.api.services import services_of
from fanlight.model.report import LostReport
from fanlight.query.lost import lost_spans

router = APIRouter(prefix="/api/v1/projects/{project}/runs", tags=["runs"])


class Lost(Strict):
    """How the process ended, in words."""

    reason: str = Field("", max_length=1_024, examples=["killed by signal 9"])


@router.post("/{run_id}/lost", **described(ref(LostReport)))
async def report_lost(request: Request, scope: Scoped, run_id: str, report: Lost) -> Response:
    """Say that the process of a run died: what is open in it is lost at once, what had ended is kept.

    Saying it again changes nothing. A span that is heard of afterwards is no longer lost.
    """
    services = services_of(request)
    ask = partial(lost_spans, services.store, scope, run_id, reason=report.reason)
    count, body = await services.workers.ask(ask, request.receive)
    if count:
        await services.otlp.report(scope.project_id, body)
    return json_response(LostReport(run_id=run_id, spans=count))
