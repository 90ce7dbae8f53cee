"""The registry file of plugins, what is installed, and one list out of both and what agents report."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.model.plugin import ExporterReport
from fanlight.plugins import Installed, Listed, installed_exporters, parse_registry, read_registry
from fanlight.query.plugins import merge

PUBLISHED = {
    "id": "charm-datadog",
    "pypi_package": "charm-telemetry-datadog",
    "description": "Counts and times for Datadog",
    "author": "Ann",
    "tags": ["metrics"],
    "github_url": "https://github.com/ann/charm-telemetry-datadog",
}


def report(state: str) -> ExporterReport:
    return ExporterReport(
        at="2026-11-21T00:00:00Z", state=state, place="process", error=None, delivered=1, dropped=0,
        restarts=0, run=None, service=None, last_error=None, last_error_at=None,
    )  # fmt: skip


def test_an_entry_of_the_published_shape_is_read_whole() -> None:
    assert parse_registry([PUBLISHED]).listed == (Listed(**{**PUBLISHED, "tags": ("metrics",)}),)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id": None}, "id is missing"),
        (
            {"pypi_package": "../up"},
            "pypi_package is no name: letters, digits, '.', '_' and '-', 128 at most",
        ),
        ({"description": 1}, "description is no text of 2000 characters at most"),
        ({"author": "a" * 201}, "author is no text of 200 characters at most"),
        ({"tags": "metrics"}, "tags is no list of 50 at most"),
        ({"tags": [""]}, "tags are texts of 100 characters at most"),
        ({"github_url": "javascript:alert(1)"}, "github_url does not start with https://"),
    ],
)
def test_a_wrong_entry_is_named_and_costs_only_itself(wrong: dict[str, object], reason: str) -> None:
    found = parse_registry([{**PUBLISHED, **wrong}, {**PUBLISHED, "id": "right", "pypi_package": "right"}])
    assert [entry.id for entry in found.listed] == ["right"]
    [skipped] = found.skipped
    assert (skipped.entry, skipped.reason) == ("entry 1" if "id" in wrong else "charm-datadog", reason)


def test_a_package_is_listed_once() -> None:
    found = parse_registry(
        [PUBLISHED, {**PUBLISHED, "id": "again", "pypi_package": "Charm_Telemetry.Datadog"}]
    )
    assert [(each.entry, each.reason) for each in found.skipped] == [
        ("again", "its package is listed already, as charm-datadog")
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "the file cannot be read: Expecting property name"),
        (b"\xff", "the file cannot be read: 'utf-8' codec"),
        (b"[" * 100_000, "the file cannot be read: "),
        (b"{}", "it is no list of entries"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "registry.json"
    path.write_bytes(content)
    [skipped] = read_registry(path).skipped
    assert skipped.reason.startswith(reason)


def test_without_a_file_nothing_is_listed(tmp_path: Path) -> None:
    found = read_registry(tmp_path / "registry.json")
    assert (found.listed, found.skipped) == ((), ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(PUBLISHED)), inner),
    max_leaves=12,
)


@given(JSON)
def test_whatever_json_says_every_entry_is_listed_or_named(content: object) -> None:
    found = parse_registry(content)
    expected = len(content) if isinstance(content, list) else 1
    assert len(found.listed) + len(found.skipped) == expected


def test_installed_exporters_are_found_without_importing_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bomb_exporter.py").write_text("raise SystemExit('imported')")
    metadata = tmp_path / "charm_telemetry_bomb-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: charm-telemetry-bomb\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text("[charm.telemetry]\nbomb = bomb_exporter:Bomb\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = [each for each in installed_exporters() if each.name == "bomb"]
    assert found == [
        Installed(name="bomb", value="bomb_exporter:Bomb", package="charm-telemetry-bomb", version="1.2")
    ]
    assert "bomb_exporter" not in sys.modules


def test_listed_installed_and_reported_become_one_list() -> None:
    registry = parse_registry(json.loads(json.dumps([
        PUBLISHED, {**PUBLISHED, "id": "sentry", "pypi_package": "charm_sentry"}, {"id": "bad"},
    ])))  # fmt: skip
    installed = [
        Installed(name="own", value="own:Own", package="own-exporters", version="2"),
        Installed(name="sentry", value="charm_sentry:Exporter", package="Charm.Sentry", version="1.0"),
    ]
    reports = {"datadog": report("open"), "sentry": report("healthy"), "ghost": report("failed")}
    found = merge(registry, installed, reports, {"own": ["b", "a"], "missing": ["desk"]})
    told = [
        (each.id, each.name, each.listed, each.version, each.report.state if each.report else None)
        for each in found.items
    ]
    assert told == [
        ("charm-datadog", "datadog", True, None, "open"),
        ("ghost", "ghost", False, None, "failed"),
        ("missing", "missing", False, None, None),
        ("own", "own", False, "2", None),
        ("sentry", "sentry", True, "1.0", "healthy"),
    ]
    assert {each.id: each.enabled_by for each in found.items if each.enabled_by} == {
        "own": ["a", "b"],
        "missing": ["desk"],
    }
    assert [each.entry for each in found.skipped] == ["bad"]
