"""A project on a server that speaks MeshAgent's REST: Fanlight, or MeshAgent's own."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fanlight.cli.client import DEFAULT_URL, Client, error_of
from fanlight.errors import FanlightError, ForbiddenError, NotFoundError, UnauthenticatedError

if TYPE_CHECKING:
    import httpx

SAID_CHARACTERS = 500
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which server, as whom (None: whoever signed in there) and which project."""

    url: str
    key: str | None
    project: str


def whereabouts(project: str | None, environ: Mapping[str, str] = os.environ) -> Whereabouts:
    """What MeshAgent's variables say, and where they say nothing, Fanlight's own.

    A key of Fanlight's goes to no other server than the one that FANLIGHT_URL names.

    Example:
        >>> whereabouts(None, {"MESHAGENT_API_URL": "http://m/", "MESHAGENT_TOKEN": "t"})
        Whereabouts(url='http://m', key='t', project='default')
        >>> whereabouts("shop", {"MESHAGENT_API_URL": "http://m", "FANLIGHT_KEY": "fl_k"})
        Whereabouts(url='http://m', key=None, project='shop')
        >>> whereabouts(None, {"FANLIGHT_URL": "http://f", "FANLIGHT_KEY": "fl_k", "FANLIGHT_PROJECT": "x"})
        Whereabouts(url='http://f', key='fl_k', project='x')
    """
    ours = (environ.get("FANLIGHT_URL") or DEFAULT_URL).rstrip("/")
    url = (environ.get("MESHAGENT_API_URL") or ours).rstrip("/")
    key = environ.get("MESHAGENT_API_KEY") or environ.get("MESHAGENT_TOKEN")
    if not key and url == ours:
        key = environ.get("FANLIGHT_KEY")
    named = project or environ.get("MESHAGENT_PROJECT_ID") or environ.get("FANLIGHT_PROJECT")
    return Whereabouts(url, key or None, named or "default")


class Account:
    """Asks about one project. Every method raises UnreachableError, or the error that the answer names."""

    def __init__(self, where: Whereabouts, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = Client(where.url, where.key, where.project, transport=transport)
        self.url, self.project = where.url, where.project

    def __enter__(self) -> Account:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.http.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """JSON of `path` (no slash before it) of the project; parameters that are None are left out."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._request("GET", path, params=given)

    def post(self, path: str, body: Item | None = None) -> Any:
        """Post `body` as JSON, or nothing at all when None. What is answered; None when that is empty."""
        # An empty body is declared as JSON, too: so Fanlight tells programs from the forms of foreign pages.
        declared = {"content-type": "application/json"}
        return self._request("POST", path, **({"headers": declared} if body is None else {"json": body}))

    def items(self, path: str, noun: str, **parameters: Any) -> tuple[Sequence[Item], bool]:
        """The list that `path` has under `noun`, and whether the server holds more than it gave."""
        answer = self.get(path, **parameters)
        found = answer.get(noun) if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise FanlightError(
                f"{self.url} answered no {noun}", hint="does MESHAGENT_API_URL name a MeshAgent or Fanlight?"
            )
        return [each for each in found if isinstance(each, dict)], answer.get("next") is not None

    def _request(self, method: str, path: str, **options: Any) -> Any:
        import httpx

        place = f"/accounts/projects/{quote(self.project, safe='')}/{path}"
        try:
            response = self._client.http.request(method, place, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._client.unreachable(error) from error
        if response.status_code >= 400:
            raise refusal(response)
        try:
            return response.json() if response.content else None
        except ValueError as error:
            raise FanlightError(
                f"{self.url} answered no JSON", hint="does MESHAGENT_API_URL name a MeshAgent or Fanlight?"
            ) from error


def refusal(response: httpx.Response) -> FanlightError:
    """The error that an answer of 400 and above carries: Fanlight's own words, or whatever else was said.

    Example:
        >>> import httpx
        >>> refusal(httpx.Response(404, text="no such room"))
        NotFoundError('no such room (404)')
    """
    try:
        document = response.json()
    except ValueError:
        document = None
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        return error_of(response)
    kinds = {401: UnauthenticatedError, 403: ForbiddenError, 404: NotFoundError}
    said = response.text.strip()[:SAID_CHARACTERS] or response.reason_phrase or "the server refused"
    return kinds.get(response.status_code, FanlightError)(f"{said} ({response.status_code})")


def segment(text: str) -> str:
    """`text` as one segment of a path.

    Example:
        >>> segment("a/b c")
        'a%2Fb%20c'
    """
    return quote(text, safe="")
