"""Every question to the store names its project and takes values as parameters only."""

import re
from importlib.resources import files

import pytest

from fanlight.store.sql import statement

QUESTIONS = sorted(
    (path.name, path.read_text())
    for path in (files("fanlight.store") / "queries").iterdir()
    if path.name.endswith(".sql")
)
TABLES = re.compile(r"\bFROM\s+([a-z_]\w*)")
NAMED = re.compile(r"\bWITH\s+([a-z_]\w*)\s+AS\s+\(")
"""What a question names and reads again is no table: what it is made of is read for one project as well."""


@pytest.mark.parametrize("name", [name for name, _ in QUESTIONS])
def test_every_table_of_a_question_is_read_for_one_project_only(name: str) -> None:
    text = statement("queries", name.removesuffix(".sql"))
    named = NAMED.findall(text)
    read = [table for table in TABLES.findall(text) if table not in named]
    tables = len(read) + text.count("/*table*/")
    assert tables > 0
    assert text.count("project_id = {project_id:String}") == tables


@pytest.mark.parametrize(("name", "text"), QUESTIONS)
def test_a_question_says_what_it_asks(name: str, text: str) -> None:
    assert text.startswith("-- ")
    assert len(max(text.splitlines(), key=len)) <= 110


@pytest.mark.parametrize(("name", "text"), QUESTIONS)
def test_every_parameter_has_a_type(name: str, text: str) -> None:
    assert re.findall(r"\{[^}:]*\}", text) == []
