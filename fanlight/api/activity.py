"""What the runs of rooms and agents came to, beside what the catalog knows of them."""

from __future__ import annotations

import msgspec
from starlette.requests import Request

from fanlight.access.principal import Right
from fanlight.api.services import services_of
from fanlight.api.visitor import rights_of
from fanlight.model.project import ProjectScope
from fanlight.query.activity import By, find_activity, without_usage
from fanlight.query.page import Page
from fanlight.query.times import EARLIEST_NS, LATEST_NS

EVER = (EARLIEST_NS, LATEST_NS)


async def with_activity(
    request: Request, scope: ProjectScope, by: By, page: Page, window: tuple[int, int] = EVER
) -> Page:
    """The page with each item's `activity`, by its `name`: of runs that began in the window.

    For some visitors it is without usage.
    """
    services = services_of(request)
    names = [each.name for each in page.items]
    found = await services.workers.ask(
        lambda: find_activity(services.store, scope, by, names, window), request.receive
    )
    if not {Right.READ, Right.USAGE} & rights_of(request):
        found = {name: without_usage(each) for name, each in found.items()}
    items = [msgspec.structs.replace(each, activity=found.get(each.name)) for each in page.items]
    return Page(items=items, next=page.next)
