"""Variables of agents are sealed: the database alone tells nobody anything."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fanlight.catalog.database import Catalog
from fanlight.catalog.projects import create_project
from fanlight.catalog.sealing import FILE, Keyring, Sealed
from fanlight.catalog.variables import (
    MOST,
    list_variables,
    open_variables,
    remove_variable,
    rotate,
    set_variables,
)
from fanlight.clock import ManualClock
from fanlight.errors import ConfigError, InvalidError, NotFoundError

SECRET = "sk-correct-horse-battery"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


@pytest.fixture(autouse=True)
def project(catalog: Catalog) -> None:
    create_project(catalog, "shop")


def test_a_value_is_neither_in_the_database_nor_in_what_is_listed(
    catalog: Catalog, keyring: Keyring, tmp_path: Path
) -> None:
    clock = ManualClock()
    set_variables(
        catalog, keyring, "shop", "weather", {"API_KEY": SECRET, "MODE": "fast"}, by="ann", clock=clock
    )
    [first, second] = list_variables(catalog, "shop", "weather")
    assert (first.name, first.updated_by, first.updated_ns) == ("API_KEY", "ann", clock.now_ns())
    assert second.name == "MODE"
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("catalog.sqlite*"))
    assert b"API_KEY" in stored
    assert SECRET.encode() not in stored
    assert open_variables(catalog, keyring, "shop", "weather") == {"API_KEY": SECRET, "MODE": "fast"}
    assert open_variables(catalog, keyring, "shop", "another") == {}


def test_the_file_of_keys_is_the_owners_alone_and_refused_when_it_is_not(
    catalog: Catalog, keyring: Keyring, tmp_path: Path
) -> None:
    set_variables(catalog, keyring, "shop", "weather", {"A": "1"}, by="ann")
    place = tmp_path / "keys" / FILE
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    place.chmod(0o640)
    with pytest.raises(ConfigError, match="others may read"):
        open_variables(catalog, keyring, "shop", "weather")


def test_rotation_leaves_one_new_key_and_every_value_readable(
    catalog: Catalog, keyring: Keyring, tmp_path: Path
) -> None:
    place = tmp_path / "keys" / FILE
    set_variables(catalog, keyring, "shop", "weather", {"A": "1", "B": "2"}, by="ann")
    before = place.read_text()
    assert rotate(catalog, keyring) == 2
    after = place.read_text()
    assert len(before.splitlines()) == len(after.splitlines()) == 1
    assert before.split()[0] != after.split()[0]
    assert open_variables(catalog, keyring, "shop", "weather") == {"A": "1", "B": "2"}
    assert [each.updated_by for each in list_variables(catalog, "shop", "weather")] == ["ann", "ann"]


def test_a_rotation_that_was_cut_off_loses_nothing(catalog: Catalog, keyring: Keyring) -> None:
    set_variables(catalog, keyring, "shop", "weather", {"A": "1"}, by="ann")
    keyring.add()  # as far as a crash would let it come
    set_variables(catalog, keyring, "shop", "weather", {"B": "2"}, by="ann")
    assert open_variables(catalog, keyring, "shop", "weather") == {"A": "1", "B": "2"}
    assert rotate(catalog, keyring) == 2
    assert open_variables(catalog, keyring, "shop", "weather") == {"A": "1", "B": "2"}


def test_a_value_opens_nowhere_but_where_it_was_set(keyring: Keyring) -> None:
    sealed = keyring.seal(SECRET, about="shop/weather/API_KEY")
    assert keyring.open(sealed, about="shop/weather/API_KEY") == SECRET
    for about in ("shop/weather/OTHER", "mine/weather/API_KEY"):
        with pytest.raises(ConfigError, match="not what was sealed"):
            keyring.open(sealed, about=about)
    changed = Sealed(sealed.key_id, sealed.content[:-1] + bytes([sealed.content[-1] ^ 1]))
    with pytest.raises(ConfigError, match="not what was sealed"):
        keyring.open(changed, about="shop/weather/API_KEY")
    with pytest.raises(ConfigError, match="has no key"):
        keyring.open(Sealed("00000000", sealed.content), about="shop/weather/API_KEY")


@pytest.mark.parametrize(
    "name",
    ["", "1A", "A-B", "A B", "LD_PRELOAD", "PYTHONPATH", "PATH", "FANLIGHT_KEY", "NODE_OPTIONS", "A\0"],
)
def test_a_name_that_no_agent_should_be_given_is_refused(
    catalog: Catalog, keyring: Keyring, name: str
) -> None:
    with pytest.raises(InvalidError):
        set_variables(catalog, keyring, "shop", "weather", {name: "x"}, by="ann")
    assert list_variables(catalog, "shop", "weather") == []


@pytest.mark.parametrize("value", ["a\0b", "x" * 32_769])
def test_a_value_that_no_process_can_be_given_is_refused(
    catalog: Catalog, keyring: Keyring, value: str
) -> None:
    with pytest.raises(InvalidError):
        set_variables(catalog, keyring, "shop", "weather", {"A": value}, by="ann")


def test_an_agent_has_so_many_variables_and_no_more(catalog: Catalog, keyring: Keyring) -> None:
    set_variables(catalog, keyring, "shop", "weather", {f"A{n}": "1" for n in range(MOST)}, by="ann")
    with pytest.raises(InvalidError, match="201 variables"):
        set_variables(catalog, keyring, "shop", "weather", {"ONE_MORE": "1"}, by="ann")
    assert len(list_variables(catalog, "shop", "weather")) == MOST


def test_what_is_removed_is_gone(catalog: Catalog, keyring: Keyring) -> None:
    set_variables(catalog, keyring, "shop", "weather", {"A": "1", "B": "2"}, by="ann")
    remove_variable(catalog, "shop", "weather", "A")
    assert open_variables(catalog, keyring, "shop", "weather") == {"B": "2"}
    with pytest.raises(NotFoundError):
        remove_variable(catalog, "shop", "weather", "A")
