from __future__ import annotations

from pathlib import Path

import pytest

from fanlight.api.studio import NO_STUDIO, Studio
from fanlight.errors import NotFoundError

from .conftest import Build, House

PAGE = '<!doctype html><base href="/" /><script src="./assets/index-1.js"></script>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "theme.js").write_text("1")
    (folder / "assets" / "index-1.js").write_text("2")
    (folder / ".stamp").write_text("hash")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.mark.parametrize(
    "path", ["", "index.html", "p/default/runs", "p/team.a/traces/4bf9", ".stamp", "../secret.txt"]
)
def test_every_address_of_studio_is_its_page(folder: Path, path: str) -> None:
    answer = Studio(folder, "").answer(path, None)
    assert (answer.body, answer.media_type, answer.headers["cache-control"]) == (
        PAGE.encode(),
        "text/html",
        "no-cache",
    )


def test_the_page_knows_its_base_path(folder: Path) -> None:
    assert b'<base href="/fan/" />' in Studio(folder, "/fan").answer("p/x", None).body


def test_assets_never_change_and_other_files_are_asked_for_again(folder: Path) -> None:
    studio = Studio(folder, "")
    asset, file = studio.answer("assets/index-1.js", None), studio.answer("theme.js", None)
    assert (asset.media_type, asset.headers["cache-control"]) == (
        "text/javascript",
        "public, max-age=31536000, immutable",
    )
    assert (file.body, file.headers["cache-control"]) == (b"1", "no-cache")
    assert studio.answer("theme.js", file.headers["etag"]).status_code == 304


def test_an_asset_that_is_gone_is_no_page(folder: Path) -> None:
    with pytest.raises(NotFoundError):
        Studio(folder, "").answer("assets/index-0.js", None)


def test_without_studio_a_page_says_how_to_build_it(tmp_path: Path) -> None:
    assert Studio(tmp_path / "none", "").answer("p/default", None).body == NO_STUDIO.encode()


@pytest.mark.parametrize("prefix", ["", "/fan"])
def test_a_proxy_may_take_the_base_path_off_or_leave_it(build: Build, prefix: str) -> None:
    house = build(base_path="/fan/")
    house.store.answers["stats"] = [(0, 0, 0, 0, 0)]
    assert house.ask("GET", f"{prefix}/api/v1/projects/default/stats").status_code == 200
    assert house.ask("POST", f"{prefix}/v1/traces").text == "taken"
    assert house.ask("GET", f"{prefix}/api/nothing").status_code == 404
    assert house.ask("GET", prefix or "/").headers["content-type"].startswith("text/html")


def test_the_docs_are_the_packages_own(house: House) -> None:
    page = house.ask("GET", "/api/docs").text
    assert "http" not in page.replace("http-equiv", "")
    assert "<script>" not in page
    for file in ("docs.js", "docs.css"):
        assert house.ask("GET", f"/api/docs/{file}").status_code == 200


def test_head_gives_the_head_alone_where_anybody_may_read(house: House) -> None:
    assert house.ask("HEAD", "/").status_code == 200
    assert house.ask("HEAD", "/api/v1/projects").status_code == 405
