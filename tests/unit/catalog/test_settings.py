"""The settings of a project are changed together or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import create_project, get_project
from fanlight.catalog.settings import set_project
from fanlight.errors import InvalidError, NotFoundError

GOOD: dict[str, Any] = {
    "display_name": "The shop",
    "retention_days": 7,
    "limits": {"spans_per_s": 5},
    "privacy": {"personal": ["email"]},
}


@pytest.fixture(autouse=True)
def shop(catalog: Catalog) -> None:
    create_project(catalog, "shop")


@pytest.mark.parametrize(
    "wrong",
    [{"retention_days": 9_999}, {"limits": {"nonsense": 1}}, {"privacy": {"patterns": {"a": "(a"}}}],
)
def test_with_one_that_cannot_be_none_is_changed(catalog: Catalog, wrong: dict[str, Any]) -> None:
    before = get_project(catalog, "shop")
    with pytest.raises(InvalidError):
        set_project(catalog, "shop", {**GOOD, **wrong})
    assert get_project(catalog, "shop") == before


def test_all_are_changed_and_what_is_not_named_stays(catalog: Catalog) -> None:
    set_project(catalog, "shop", GOOD)
    changed = set_project(catalog, "shop", {"limits": {"max_streams": 9}, "display_name": None})
    assert (changed.display_name, changed.retention_days, changed.limits, changed.privacy.personal) == (
        "The shop", 7, {"spans_per_s": 5, "max_streams": 9}, ("email",),
    )  # fmt: skip
    with pytest.raises(NotFoundError):
        set_project(catalog, "nobody", GOOD)
