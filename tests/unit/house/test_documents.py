"""The documents are true: what they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
WRITTEN = sorted(
    path.relative_to(HOUSE).as_posix() for path in (*HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md"))
)
ROOTS = (HOUSE, HOUSE / "fanlight")
PATH = re.compile(r"`([\w.-]+(?:/[\w.*-]+)*(?:/|\.(?:py|ts|tsx|sql|toml|md|proto)))`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def missing_paths(text: str) -> list[str]:
    """Paths in backticks that neither the repository nor the package has."""
    return [path for path in PATH.findall(text) if not any(list(root.glob(path)) for root in ROOTS)]


def test_every_path_that_the_architecture_names_exists() -> None:
    text = (HOUSE / "ARCHITECTURE.md").read_text()
    assert len(PATH.findall(text)) > 40
    assert missing_paths(text) == []


def test_a_path_that_is_gone_is_found() -> None:
    assert missing_paths("see `otlp/gone.py`, `gone/`, `otlp/scan.py` and `kill -9`") == [
        "otlp/gone.py",
        "gone/",
    ]


@pytest.mark.parametrize("document", WRITTEN)
def test_every_relative_link_of_a_document_leads_somewhere(document: str) -> None:
    links = [link for link in LINK.findall((HOUSE / document).read_text()) if ":" not in link]
    assert [link for link in links if not (HOUSE / document).parent.joinpath(link).exists()] == []


def test_decisions_have_numbers_of_their_own_and_say_them() -> None:
    pages = sorted((HOUSE / "docs" / "adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    assert [page.read_text().split(".")[0] for page in pages] == [f"# {number}" for number in numbers]
