"""What the command line changes on a data directory while no server runs."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from .conftest import Cli


def test_projects_and_keys_work_on_the_data_directory_without_a_server(cli: Cli, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d"), "--json"]
    assert json.loads(cli("projects", "add", "weather", *data).stdout)["name"] == "weather"
    assert cli("projects", "add", "weather", *data).status == 1
    assert cli("projects", "add", "no/slash", *data).status == 2
    made = json.loads(cli("keys", "add", "ci", "--project", "weather", "--scope", "read", *data).stdout)
    assert made["secret"].startswith(f"fl_{made['key']['id']}_")
    assert cli("keys", "revoke", made["key"]["id"], "--project", "weather", *data).status == 0
    [listed] = json.loads(cli("keys", "list", "--project", "weather", *data).stdout)["items"]
    assert (listed["scopes"], listed["revoked_at"] is None) == (["read"], False)
    assert made["secret"] not in (tmp_path / "d" / "catalog.sqlite").read_bytes().decode("latin-1")


def test_a_project_is_changed_on_the_data_directory_too(cli: Cli, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d"), "--json"]
    cli("projects", "add", "weather", *data)
    asked = ["--retention-days", "7", "--called", "Weather bots"]
    changed = json.loads(cli("projects", "set", "weather", *asked, *data).stdout)
    assert (changed["display_name"], changed["retention_days"]) == ("Weather bots", 7)
    back = json.loads(cli("projects", "set", "weather", "--retention-days", "server", *data).stdout)
    assert (back["display_name"], back["retention_days"]) == ("Weather bots", None)
    assert cli("projects", "set", "other", "--retention-days", "7", *data).status == 1
    for wrong in (["--retention-days", "a week"], ["--retention-days", "5000"], []):
        assert cli("projects", "set", "weather", *wrong, *data).status == 2, wrong


def test_limits_are_set_and_shown_on_the_data_directory_too(cli: Cli, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d"), "--json"]
    cli("projects", "add", "weather", *data)
    asked = ["--limit", "spans_per_s=5000", "--limit", "max_streams=9"]
    assert json.loads(cli("projects", "set", "weather", *asked, *data).stdout)["limits"] == {
        "spans_per_s": 5000,
        "max_streams": 9,
    }
    cli("projects", "set", "weather", "--limit", "max_streams=server", *data)
    shown = json.loads(cli("projects", "limits", "weather", *data).stdout)["items"]
    assert [(each["name"], each["value"], each["own"]) for each in shown if each["own"] is not None] == [
        ("spans_per_s", 5000, 5000)
    ]
    table = cli("projects", "limits", "weather", *data[:2]).stdout
    assert {"spans_per_s", "5,000"} <= set(table.split())
    for wrong in ("spans_per_s", "spans_per_s=many", "spans=1", "spans_per_s=-1"):
        assert cli("projects", "set", "weather", "--limit", wrong, *data).status == 2, wrong
    made = json.loads(cli("keys", "add", "ci", "--project", "weather", *data).stdout)["key"]["id"]
    changed = cli("keys", "set", made, "--limit", "spans_per_s=5", "--project", "weather", *data)
    assert json.loads(changed.stdout)["limits"] == {"spans_per_s": 5}


def test_privacy_is_set_and_secrets_are_declared_on_the_data_directory_too(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = ["--data", str(tmp_path / "d"), "--json"]
    cli("projects", "add", "weather", *data)
    asked = ["--redact", "cards,email", "--redact-pattern", "staff=P-[0-9]{6}", "--no-capture-content"]
    assert json.loads(cli("projects", "set", "weather", *asked, *data).stdout)["privacy"] == {
        "personal": ["card", "email"],
        "patterns": {"staff": "P-[0-9]{6}"},
        "mask_secrets": True,
        "capture_content": False,
    }
    back = ["--redact", "none", "--redact-pattern", "staff=", "--capture-content", "--no-mask-secrets"]
    assert json.loads(cli("projects", "set", "weather", *back, *data).stdout)["privacy"] == {
        "personal": [],
        "patterns": {},
        "mask_secrets": False,
        "capture_content": True,
    }
    for wrong in (["--redact", "names"], ["--redact-pattern", "staff"], ["--redact-pattern", "staff=("]):
        assert cli("projects", "set", "weather", *wrong, *data).status == 2, wrong
    monkeypatch.setattr("sys.stdin", io.StringIO("short"))
    assert cli("projects", "secrets", "set", "weather", "DB", *data).status == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("correct-horse-battery\n"))
    made = cli("projects", "secrets", "set", "weather", "DB", *data)
    assert [each["name"] for each in json.loads(made.stdout)["items"]] == ["DB"]
    assert "DB" in cli("projects", "secrets", "list", "weather", *data[:2]).stdout
    assert json.loads(cli("projects", "secrets", "remove", "weather", "DB", *data).stdout) == {"items": []}


def test_what_is_kept_is_changed_one_by_one(cli: Cli, tmp_path: Path) -> None:
    data = ["--data", str(tmp_path / "d"), "--json"]
    cli("projects", "add", "weather", *data)
    cli("projects", "sampling", "weather", "--tail", "10%", "--keep", "agent:billing", *data)
    found = json.loads(cli("projects", "sampling", "weather", "--head", "0.5", *data).stdout)
    assert (found.pop("changed_at") is not None, found) == (
        True,
        {"head_rate": 0.5, "tail_rate": 0.1, "tail_keep": "agent:billing", "tail_after_s": 300.0},
    )
    assert json.loads(cli("projects", "sampling", "weather", *data).stdout)["tail_rate"] == 0.1
    for wrong in (["--head", "most"], ["--tail", "110%"], ["--keep", "("], ["--after", "1"]):
        assert cli("projects", "sampling", "weather", *wrong, *data).status == 2, wrong


def test_nothing_is_made_on_disk_by_merely_asking(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    ran = cli("projects", "list")
    assert (ran.status, list(tmp_path.iterdir())) == (3, [])
