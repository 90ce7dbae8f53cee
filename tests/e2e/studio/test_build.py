"""When Studio is built, and what is said when it cannot be."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.e2e.studio.serving import ROOT


@pytest.fixture
def hatch() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path, hatch: ModuleType) -> Path:
    """A checkout whose Studio was built from the sources as they are."""
    studio, dist = tmp_path / "studio", tmp_path / "fanlight" / "studio_dist"
    (studio / "src").mkdir(parents=True)
    (studio / "package.json").write_text("{}")
    (studio / "package-lock.json").write_text("{}")
    (studio / "src" / "main.tsx").write_text("one")
    dist.mkdir(parents=True)
    (dist / "index.html").write_text("<html>")
    (dist / ".stamp").write_text(hatch.digest_sources(tmp_path))
    return tmp_path


def test_a_build_is_fresh_until_a_source_changes(tree: Path, hatch: ModuleType) -> None:
    assert hatch.is_fresh(tree)
    (tree / "studio" / "src" / "main.tsx").write_text("two")
    assert not hatch.is_fresh(tree)


def test_packages_and_their_caches_do_not_count_as_sources(tree: Path, hatch: ModuleType) -> None:
    (tree / "studio" / "node_modules").mkdir()
    (tree / "studio" / "node_modules" / "anything.js").write_text("x")
    assert hatch.is_fresh(tree)


def test_a_lost_page_is_built_again_and_an_sdist_without_sources_is_not(
    tree: Path, hatch: ModuleType
) -> None:
    (tree / "fanlight" / "studio_dist" / "index.html").unlink()
    assert not hatch.is_fresh(tree)
    (tree / "studio" / "package.json").unlink()
    assert hatch.is_fresh(tree)


def test_node_is_asked_for_only_when_there_is_something_to_build(
    tree: Path, hatch: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("FANLIGHT_STUDIO", raising=False)
    hook = hatch.Hook.__new__(hatch.Hook)
    monkeypatch.setattr(type(hook), "root", str(tree), raising=False)
    assert hook.dependencies() == []
    (tree / "studio" / "src" / "main.tsx").write_text("two")
    assert hook.dependencies() == [hatch.NODE_WHEEL]
    monkeypatch.setenv("FANLIGHT_STUDIO", "skip")
    assert hook.dependencies() == []


def test_a_registry_that_cannot_be_reached_leads_to_a_way_out(tree: Path, hatch: ModuleType) -> None:
    failing = hatch.Node(folder=Path("/bin"), npm=("/bin/false",))
    with pytest.raises(hatch.StudioError, match="FANLIGHT_STUDIO=skip to install without Studio"):
        hatch.build(tree, failing)
