"""Where Charm's routes are: at `/v1`, and at `/api/v1` for Charm's own command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter

from fanlight.access.policy import CHARM

Route = TypeVar("Route", bound=Callable[..., Any])


class CharmRouter:
    """Puts each route at both places. The second is not described again."""

    def __init__(self) -> None:
        self.router = APIRouter(tags=["charm"])

    def add(self, method: str, path: str, **about: Any) -> Callable[[Route], Route]:
        """A decorator that makes a function answer `method` at `path` below both places."""

        def decorate(function: Route) -> Route:
            for number, start in enumerate(CHARM):
                self.router.add_api_route(
                    start + path, function, methods=[method], include_in_schema=number == 0, **about
                )
            return function

        return decorate
