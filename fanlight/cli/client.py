"""The server, as the command line sees it: one HTTP client over the public API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fanlight.cli.login_file import find_login
from fanlight.errors import (
    ConflictError,
    FanlightError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OverloadError,
    TooManyTriesError,
    UnauthenticatedError,
    UnreachableError,
)

if TYPE_CHECKING:
    import httpx

DEFAULT_URL = "http://127.0.0.1:4319"
_ERRORS: dict[int, type[FanlightError]] = {
    400: InvalidError,
    401: UnauthenticatedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    429: TooManyTriesError,
    422: InvalidError,
    503: OverloadError,
}


class Client:
    """Talks to one server about one project. Without a key it is whoever signed in: `fanlight login`.

    Every method raises UnreachableError when there is no server, and the error of `errors.py` that the
    server's answer names otherwise.
    """

    def __init__(
        self,
        url: str | None,
        key: str | None,
        project: str = "default",
        *,
        timeout_s: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        import httpx

        self.url = (url or DEFAULT_URL).rstrip("/")
        key = key or find_login(self.url)
        self.project = project
        # A proxy of the environment must not see local traffic; its certificates hold there too.
        local = httpx.URL(self.url).host in {"127.0.0.1", "localhost", "::1"}
        if local and transport is None:
            transport = httpx.HTTPTransport(trust_env=True)
        self.http = httpx.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout_s, connect=5.0),
            trust_env=not local,
            transport=transport,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; `path` starts with a slash. Returns the response when its status is below 400."""
        import httpx

        try:
            response = self.http.request(method, path, **options)
        except httpx.TransportError as error:
            raise self.unreachable(error) from error
        if response.status_code >= 400:
            raise error_of(response)
        return response

    def unreachable(self, error: Exception) -> UnreachableError:
        """What to say when the transport failed."""
        reason = str(error) or type(error).__name__
        return UnreachableError(
            f"no answer from {self.url} ({reason})",
            hint="start it with: fanlight serve, or name it with --url",
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """JSON of `path` on the server; parameters that are None are left out."""
        given = {name.rstrip("_"): value for name, value in parameters.items() if value is not None}
        return self.request("GET", path, params=given).json()

    def project_get(self, path: str, **parameters: Any) -> Any:
        """JSON of `path` (no slash before it) of the project."""
        return self.get(self.project_path(path), **parameters)

    def project_text(self, path: str, **parameters: Any) -> str:
        """As `project_get`, of what is no JSON."""
        given = {name.rstrip("_"): value for name, value in parameters.items() if value is not None}
        return self.request("GET", self.project_path(path), params=given).text

    def project_path(self, path: str) -> str:
        """The full path of the project's `path`."""
        return f"/api/v1/projects/{quote(self.project, safe='')}/{path}"

    def items(self, path: str, *, limit: int, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        """Up to `limit` items of the project's list `path`, page after page."""
        cursor = None
        while limit > 0:
            page = self.project_get(path, limit=min(limit, 500), cursor=cursor, **parameters)
            yield from page["items"][:limit]
            limit -= len(page["items"])
            cursor = page["next"]
            if cursor is None:
                return


def error_of(response: httpx.Response) -> FanlightError:
    """The error that an answer of 400 and above carries.

    Example:
        >>> import httpx
        >>> error_of(httpx.Response(404, json={"error": {"message": "no run 4b", "hint": "list them"}}))
        NotFoundError('no run 4b; list them')
    """
    kind = _ERRORS.get(response.status_code, FanlightError)
    try:
        if not response.is_closed:
            response.read()
        found = response.json()["error"]
        return kind(str(found["message"]), hint=str(found.get("hint") or ""))
    except (ValueError, KeyError, TypeError):
        said = f"{response.request.url} answered" if _has_request(response) else "the server answered"
        return kind(f"{said} {response.status_code}", hint="is this a Fanlight server?")


def _has_request(response: httpx.Response) -> bool:
    try:
        return bool(response.request)
    except RuntimeError:
        return False
