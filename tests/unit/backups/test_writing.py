"""What a backup takes along: everything of the data directory, and what opens doors only when asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanlight.ingest.backups.cut import STAGE, drop_cut, make_cut
from fanlight.ingest.backups.folder import verify
from fanlight.ingest.log import PARKED
from tests.unit.backups.conftest import Place

PLAIN = ["catalog.sqlite", "log/parked/7.parked", "log/sequence", "plugin-registry.json"]
KEYS = ["keys/server.key", "keys/settings.key"]
PACKED = ["agents.tar", "store/runs.tar"]


@pytest.fixture
def whole(place: Place) -> Place:
    """A data directory with some of everything; it has no local.key."""
    (place.data / "log" / PARKED).mkdir(exist_ok=True)
    (place.data / "log" / PARKED / "7.parked").write_text("parked")
    (place.data / "log" / PARKED / "note.txt").write_text("somebody's own")
    (place.data / "agents" / "planner-1").mkdir(parents=True)
    (place.data / "agents" / "planner-1" / "main.py").write_text("print()")
    for name in ("plugin-registry.json", "server.key", "settings.key"):
        (place.data / name).write_text(name)
    return place


@pytest.mark.parametrize(
    ("with_logins", "expected"), [(True, [*PLAIN, *KEYS, *PACKED]), (False, [*PLAIN, *PACKED])]
)
def test_keys_are_taken_along_only_when_asked(whole: Place, with_logins: bool, expected: list[str]) -> None:
    made = whole.made(with_logins=with_logins)
    manifest = verify(Path(made.path))
    assert [file.path for file in manifest.files] == expected
    assert (made.state, made.with_logins, manifest.with_logins) == ("complete", with_logins, with_logins)


def test_what_is_not_there_is_not_in_a_backup(place: Place) -> None:
    made = place.made(with_logins=True)
    assert [file.path for file in verify(Path(made.path)).files] == [
        "catalog.sqlite", "log/sequence", "store/runs.tar",
    ]  # fmt: skip


def test_what_was_parked_when_it_was_cut_is_in_the_cut_also_when_it_goes(whole: Place) -> None:
    cut = make_cut(whole.shelf.source, "20261121T184000Z", whole.clock)
    (whole.data / "log" / PARKED / "7.parked").unlink()
    held = cut.stage / "log" / PARKED
    assert [(each.name, each.read_text()) for each in held.iterdir()] == [("7.parked", "parked")]
    drop_cut(whole.shelf.source, cut.name)


def test_whoever_lets_go_of_one_cut_leaves_another_as_it_is(place: Place) -> None:
    source, stage = place.shelf.source, place.data / STAGE
    first, second = (make_cut(source, name, place.clock) for name in ("first", "second"))
    drop_cut(source, first.name)
    assert [each.name for each in stage.iterdir()] == ["second"]
    drop_cut(source, second.name)
    drop_cut(source, second.name)
    assert (stage.exists(), place.store.thawed) == (False, ["first", "second", "second"])
