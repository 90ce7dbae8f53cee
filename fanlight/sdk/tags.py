"""The resource of what is sent, also of what the providers of the host made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource


class Tags:
    """What `configure` was told about this process.

    `own` is the resource of our providers. A host that set up its own providers keeps them and their
    resource; `given`, what it told `configure` by name, is put over that.
    """

    def __init__(self, own: Resource, given: Resource | None = None) -> None:
        self.own = own
        self._given = given
        self._merged: dict[Resource, Resource] = {own: own}

    def of(self, resource: Resource) -> Resource:
        """`resource` with what was given over it."""
        if self._given is None:
            return resource
        merged = self._merged.get(resource)
        if merged is None:
            merged = self._merged[resource] = resource.merge(self._given)
        return merged
