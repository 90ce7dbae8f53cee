"""An export arrives whole, in an empty folder of any kind, or leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from fanlight.api.export import member

from .conftest import Cli

FILES = {"projects.jsonl": b'{"name":"default"}\n', "spans/000001.jsonl": b"{}\n{}\n"}


def archive(files: dict[str, bytes] = FILES, **told: bytes) -> bytes:
    """What a server sends; `told` are files of which the manifest says something else."""
    rows = [
        {
            "path": path,
            "rows": content.count(b"\n"),
            "bytes": len(content),
            "sha256": hashlib.sha256(told.get("lie", content)).hexdigest(),
        }
        for path, content in files.items()
    ]
    parts = [*files.items(), ("manifest.json", json.dumps({"files": rows}).encode())]
    return b"".join(member(path, content) for path, content in parts) + bytes(1024)


def written(folder: Path) -> dict[str, bytes]:
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop("manifest.json", None)
    return found


@pytest.mark.parametrize("is_there", [False, True])
def test_every_file_arrives_in_a_folder_that_is_new_or_empty(
    cli: Cli, tmp_path: Path, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    if is_there:
        folder.mkdir()
        monkeypatch.chdir(folder)
    ran = cli(
        "export",
        "--to",
        "." if is_there else str(folder),
        server=lambda _: httpx.Response(200, content=archive()),
    )
    assert (ran.status, ran.stderr.strip(), written(folder)) == (
        0, f"2 files with 3 rows in {'.' if is_there else folder}", FILES,
    )  # fmt: skip
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "projects.jsonl", "spans"]
    again = cli("export", "--to", str(folder), server=lambda _: httpx.Response(200, content=archive()))
    assert (again.status, "is not empty" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (archive()[:700], "the export broke off"),
        (archive()[:1536], "the export broke off"),
        (archive(lie=b"x"), "is not what the server sent"),
        (archive({"../outside": b"x"}), "is outside the destination"),
        (b"", "the export broke off"),
    ],
)
def test_what_is_not_whole_leaves_nothing(cli: Cli, tmp_path: Path, content: bytes, said: str) -> None:
    place = tmp_path / "place"
    place.mkdir()
    ran = cli("export", "--to", str(place / "shop"), server=lambda _: httpx.Response(200, content=content))
    assert ran.status == 1
    assert said in ran.stderr
    assert list(place.iterdir()) == []


def test_a_refusal_is_told_as_the_server_told_it(cli: Cli, tmp_path: Path) -> None:
    error = {"code": "conflict", "message": "another export is being made", "hint": "try again"}
    ran = cli(
        "export", "--to", str(tmp_path / "shop"), server=lambda _: httpx.Response(409, json={"error": error})
    )
    assert (ran.status, "another export is being made" in ran.stderr) == (1, True)
    assert not (tmp_path / "shop").exists()


def test_an_age_is_a_time_here_too(cli: Cli, tmp_path: Path) -> None:
    asked = list[str]()

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        return httpx.Response(200, content=archive())

    ran = cli("export", "--to", str(tmp_path / "week"), "--since", "7d", server=server)
    assert (ran.status, asked) == (0, ["format=jsonl&from=now-7d"])
