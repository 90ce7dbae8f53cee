"""What the server says of the project's budgets, asked beside the agent while a guard is on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from fanlight.sdk import guarding
from fanlight.sdk.endpoint import Endpoint
from fanlight.sdk.wire import Wire

if TYPE_CHECKING:
    from fanlight.sdk.providers import Providers

EVERY_S = 5.0
UNKNOWN_S = 60.0
TIMEOUT_S = 1.0
OTLP_PORT, API_PORT = 4318, 4319

_watched: set[int] = set()


def watch(providers: Providers) -> None:
    """Begin to ask, once a process's pipeline."""
    if id(providers.pipeline) not in _watched:
        _watched.add(id(providers.pipeline))
        providers.pipeline.on_fork(lambda _: _watched.clear())
        providers.pipeline.poll(Asker(providers.pipeline.endpoint, providers.project or "default").ask)


class Asker:
    """Asks for the verdict on each guard's runs; gives up where its key may not ask."""

    def __init__(self, endpoint: Endpoint, project: str) -> None:
        self._wire = Wire(api_of(endpoint), timeout_s=TIMEOUT_S)
        self._path = f"/api/v1/projects/{quote(project, safe='')}/budgets/verdict"

    def ask(self) -> float | None:
        """One round; in how many seconds the next, None = never."""
        for guard in tuple(guarding.guards):
            for run_id in guard.run_ids[-1:] or [""]:
                answer = self._wire.get(f"{self._path}?run={run_id}" if run_id else self._path)
                if answer.status in (401, 403):
                    return None
                if answer.status == 404:
                    # A project is made by its first span; an older server never knows budgets.
                    return UNKNOWN_S
                if answer.status == 200:
                    guard.judged(said(answer.body))
        return EVERY_S


def said(body: bytes) -> str:
    """What the verdict says is exceeded; empty when nothing is.

    Example:
        >>> said(b'{"verdict": "exceeded", "budgets": [{"name": "daily", "exceeded": true, "used": "2", '
        ...      b'"limit": "1", "unit": "usd"}]}')
        "2 of 1 usd of the budget 'daily'"
        >>> said(b'{"verdict": "ok", "budgets": []}')
        ''
    """
    try:
        found: Any = json.loads(body)
        over = [budget for budget in found["budgets"] if budget["exceeded"]]
        if found["verdict"] != "exceeded" or not over:
            return ""
        first = over[0]
        return f"{first['used']} of {first['limit']} {first['unit']} of the budget {first['name']!r}"
    except (ValueError, KeyError, TypeError):
        return ""


def api_of(endpoint: Endpoint) -> Endpoint:
    """Where the API is: at the same address, or beside the port that takes nothing but OTLP.

    Example:
        >>> api_of(Endpoint("http://127.0.0.1:4318", {})).url, api_of(Endpoint("https://lights/x", {})).url
        ('http://127.0.0.1:4319', 'https://lights/x')
    """
    parts = urlsplit(endpoint.url)
    if parts.port != OTLP_PORT:
        return endpoint
    host = parts.netloc.rsplit(":", 1)[0]
    return Endpoint(urlunsplit(parts._replace(netloc=f"{host}:{API_PORT}")), endpoint.headers)
