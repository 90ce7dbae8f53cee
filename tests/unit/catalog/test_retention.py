"""The days that projects keep their telemetry for, as the writer is told."""

from __future__ import annotations

import pytest

from fanlight.catalog.database import Catalog
from fanlight.catalog.kept import FRESH_S, Kept
from fanlight.catalog.projects import create_project
from fanlight.catalog.retention import retention_of
from fanlight.catalog.settings import set_project
from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError, StoreError
from fanlight.model.retention import Retention


def test_a_projects_own_days_stand_above_the_servers(catalog: Catalog) -> None:
    for name in ("lab", "ledger", "other"):
        create_project(catalog, name)
    assert set_project(catalog, "lab", {"retention_days": 7}).retention_days == 7
    set_project(catalog, "ledger", {"retention_days": 0})
    assert retention_of(catalog, 30) == Retention(30, {"lab": 7, "ledger": 0})
    assert set_project(catalog, "lab", {"retention_days": None}).retention_days is None
    assert retention_of(catalog, 30) == Retention(30, {"ledger": 0})


def test_days_that_cannot_be_and_projects_that_are_not_there_are_refused(catalog: Catalog) -> None:
    create_project(catalog, "lab")
    for days in (-1, 3_651):
        with pytest.raises(InvalidError):
            set_project(catalog, "lab", {"retention_days": days})
    with pytest.raises(NotFoundError):
        set_project(catalog, "nobody", {"retention_days": 7})


def test_a_setting_is_read_again_after_three_seconds() -> None:
    clock, settings = ManualClock(), [Retention(30), Retention(30, {"lab": 7})]
    kept = Kept(lambda: settings.pop(0), clock)
    assert (kept(), kept()) == (Retention(30), Retention(30))
    clock.advance(FRESH_S)
    assert kept() == Retention(30, {"lab": 7})


def test_a_catalog_that_does_not_answer_for_a_moment_changes_nothing() -> None:
    clock, answers = ManualClock(), [Retention(30), None, Retention(7)]

    def read() -> Retention:
        found = answers.pop(0)
        if found is None:
            raise StoreError("the catalog cannot be read", retryable=True)
        return found

    kept = Kept(read, clock)
    seen = [kept()]
    for _ in range(2):
        clock.advance(FRESH_S)
        seen.append(kept())
    assert seen == [Retention(30), Retention(30), Retention(7)]
