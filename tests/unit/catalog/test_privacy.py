"""What projects keep out of their telemetry, and the secrets that they declared."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from fanlight.catalog.database import Catalog
from fanlight.catalog.declared import declare_secrets, list_secrets, open_secrets, remove_secret, stamp_of
from fanlight.catalog.privacy import privacy_of
from fanlight.catalog.projects import create_project
from fanlight.catalog.sealing import FILE, Keyring
from fanlight.catalog.settings import set_project
from fanlight.catalog.variables import rotate, set_variables
from fanlight.clock import ManualClock
from fanlight.errors import InvalidError, NotFoundError
from fanlight.model.privacy import EVERYBODY, Privacy

SECRET = "correct-horse-battery"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


@pytest.fixture(autouse=True)
def projects(catalog: Catalog) -> None:
    create_project(catalog, "shop")
    create_project(catalog, "lab")


def test_fields_are_changed_one_by_one_and_what_is_everybodys_is_kept_for_nobody(catalog: Catalog) -> None:
    first = {"personal": ["email", "cards"], "patterns": {"staff": "P-[0-9]{6}", "x": "y"}}
    set_project(catalog, "shop", {"privacy": first})
    second = {"patterns": {"x": None}, "mask_secrets": False}
    changed = set_project(catalog, "shop", {"privacy": second})
    assert asdict(changed.privacy) == {
        "personal": ("card", "email"),
        "patterns": {"staff": "P-[0-9]{6}"},
        "mask_secrets": False,
        "capture_content": True,
    }
    set_project(catalog, "lab", {"privacy": {"capture_content": False}})
    assert privacy_of(catalog) == {"shop": changed.privacy, "lab": Privacy(capture_content=False)}
    assert set_project(catalog, "lab", {"privacy": {"capture_content": True}}).privacy == EVERYBODY
    assert list(privacy_of(catalog)) == ["shop"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"personal": ["names"]}, "no kind of personal data"),
        ({"patterns": {"Staff": "a"}}, "cannot name a pattern"),
        ({"patterns": {"email": "a"}}, "cannot name a pattern"),
        ({"patterns": {"a": "(a"}}, "cannot be used"),
        ({"patterns": {"a": "a)(b"}}, "cannot be used"),
        ({"patterns": {"a": "(?<=a)b"}}, "cannot be used"),
        ({"patterns": {"a": r"(a)\1"}}, "cannot be used"),
        ({"patterns": {"a": "a*"}}, "finds the empty text"),
        ({"patterns": {"a": "x" * 257}}, "257 characters"),
        ({"patterns": {"a": "\ud800"}}, "cannot be used"),
        ({"patterns": {f"p{n}": "a" for n in range(21)}}, "21 patterns"),
    ],
)
def test_what_cannot_be_masked_is_refused_with_the_reason(
    catalog: Catalog, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidError, match=said):
        set_project(catalog, "shop", {"privacy": changes})
    assert privacy_of(catalog) == {}
    with pytest.raises(NotFoundError):
        set_project(catalog, "nobody", {"privacy": {"personal": []}})


def test_a_declared_secret_is_sealed_listed_without_its_value_and_opened_for_its_project(
    catalog: Catalog, keyring: Keyring, tmp_path: Path
) -> None:
    before = stamp_of(catalog)
    declare_secrets(catalog, keyring, "shop", {"DB": SECRET}, by="ann")
    assert stamp_of(catalog) != before
    assert [(each.name, each.updated_by) for each in list_secrets(catalog, "shop")] == [("DB", "ann")]
    assert open_secrets(catalog, keyring) == {"shop": [SECRET]}
    assert rotate(catalog, keyring) == 1
    assert open_secrets(catalog, keyring) == {"shop": [SECRET]}
    catalog.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != FILE]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_a_removed_secret_is_gone_and_one_that_cannot_be_is_refused(
    catalog: Catalog, keyring: Keyring
) -> None:
    declare_secrets(catalog, keyring, "shop", {"DB": SECRET}, by="ann")
    remove_secret(catalog, "shop", "DB")
    assert (list_secrets(catalog, "shop"), open_secrets(catalog, keyring)) == ([], {})
    with pytest.raises(NotFoundError):
        remove_secret(catalog, "shop", "DB")
    for name, value in (("DB", "short"), ("DB", " \n" * 9), ("1", SECRET), ("DB", "x" * 16_385)):
        with pytest.raises(InvalidError):
            declare_secrets(catalog, keyring, "shop", {name: value}, by="ann")


def test_variables_of_agents_count_when_their_name_or_value_says_so(
    catalog: Catalog, keyring: Keyring
) -> None:
    values = {"API_KEY": "plain-words", "REGION": "eu-central-1", "OTHER": "a1b2c3d4e5f6a7b8c9d0"}
    set_variables(catalog, keyring, "lab", "weather", values, by="ann")
    assert open_secrets(catalog, keyring) == {"lab": ["a1b2c3d4e5f6a7b8c9d0", "plain-words"]}


def test_a_secret_whose_key_is_lost_is_told_of_and_stops_no_other(
    catalog: Catalog, keyring: Keyring, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    declare_secrets(catalog, keyring, "shop", {"LOST": SECRET}, by="ann")
    (tmp_path / "keys" / FILE).unlink()
    declare_secrets(catalog, keyring, "shop", {"KEPT": f"{SECRET}-2"}, by="ann")
    assert open_secrets(catalog, keyring) == {"shop": [f"{SECRET}-2"]}
    assert "a secret cannot be masked" in caplog.text
    assert SECRET not in caplog.text


def test_of_several_secrets_one_that_cannot_be_keeps_the_others_out(
    catalog: Catalog, keyring: Keyring
) -> None:
    with pytest.raises(InvalidError, match="the value of B cannot be masked"):
        declare_secrets(catalog, keyring, "shop", {"A": SECRET, "B": "short"}, by="ann")
    assert list_secrets(catalog, "shop") == []


def test_a_secret_that_is_set_after_the_clock_fell_back_is_noticed(
    catalog: Catalog, keyring: Keyring
) -> None:
    now, earlier = ManualClock(), ManualClock()
    now.advance(3_600)
    for name in ("A", "B"):
        declare_secrets(catalog, keyring, "shop", {name: SECRET}, by="ann", clock=now)
    before = stamp_of(catalog)
    declare_secrets(catalog, keyring, "shop", {"A": f"{SECRET}-2"}, by="ann", clock=earlier)
    assert stamp_of(catalog) != before
