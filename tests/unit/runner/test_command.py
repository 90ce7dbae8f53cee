"""What the words of `fanlight run` mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fanlight.cli.commands.run import order_of, read_input, read_variables
from fanlight.cli.commands.run import run as command
from fanlight.errors import InvalidError


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, {}),
        ('{"a": [1]}', {"a": [1]}),
        ("[1, 2]", [1, 2]),
        ("hello there", {"input": "hello there"}),
        ("7", 7),
    ],
)
def test_an_input_is_json_or_text(given: str | None, meant: Any) -> None:
    assert read_input(given) == meant


def test_an_input_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"city": "Ålesund"}')
    assert read_input(f"@{tmp_path / 'in.json'}") == {"city": "Ålesund"}


@pytest.mark.parametrize("given", ["{", "[1", "@/nowhere/in.json"])
def test_an_input_that_cannot_be_read_is_wrong_usage(given: str) -> None:
    with pytest.raises(InvalidError, match=r"is not JSON|cannot be read"):
        read_input(given)


def test_broken_json_in_a_file_is_never_taken_for_text(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text("oops")
    with pytest.raises(InvalidError, match="is not JSON"):
        read_input(f"@{tmp_path / 'in.json'}")


def test_variables_are_given_or_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSED_ON", "x=y")
    assert read_variables(["A=1=2", "PASSED_ON", "EMPTY="]) == {"A": "1=2", "PASSED_ON": "x=y", "EMPTY": ""}
    with pytest.raises(InvalidError, match="NOT_SET_ANYWHERE is not in the environment"):
        read_variables(["NOT_SET_ANYWHERE"])


def test_no_path_is_wrong_usage() -> None:
    with pytest.raises(InvalidError, match="which agent"):
        command()


def test_an_order_has_a_run_id_of_its_own_and_the_projects_header(tmp_path: Path) -> None:
    order = order_of(
        tmp_path, {}, url="http://127.0.0.1:1/", key="fl_x", project="p", memory_mib=64, timeout_s=3
    )
    assert len(order.run_id) == 32
    assert dict(order.endpoint.headers) == {"authorization": "Bearer fl_x", "x-fanlight-project": "p"}
    assert (order.limits.memory_bytes, order.timeout_s, order.installs) == (64 * 1024 * 1024, 3, True)
