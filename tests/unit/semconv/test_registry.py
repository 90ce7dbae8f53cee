"""Dialects of other distributions: found by their entry points, and left out when they are broken."""

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fanlight.errors import InvalidError
from fanlight.semconv import canonical
from fanlight.semconv.dialect import Dialect, Kind
from fanlight.semconv.numbering import PLACES, number, numbering
from fanlight.semconv.registry import check, dialects

OURS = (
    "fanlight", "coding_agent", "langsmith", "ai_sdk", "gen_ai", "mcp", "openinference", "logfire",
    "traceloop", "mlflow", "langfuse", "meshagent",
)  # fmt: skip
Install = Callable[[str, str], None]

GOOD = """
from fanlight.semconv.dialect import Dialect, Kind
DIALECT = Dialect(
    name="acme", rank=-5,
    kinds=(Kind(key="acme.step", names={"think": "llm"}, unknown="chain"),),
    attributes={"agent": ("acme.agent",)},
)
"""


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution with one module, which is an entry point of its own name."""

    def install(name: str, source: str) -> None:
        (tmp_path / f"{name}.py").write_text(source)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[fanlight.dialects]\n{name} = {name}:DIALECT\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    _forget()
    yield install
    for name in set(sys.modules) - before:
        del sys.modules[name]
    _forget()


def _forget() -> None:
    dialects.cache_clear()
    numbering.cache_clear()


def names() -> tuple[str, ...]:
    return tuple(dialect.name for dialect in dialects())


def test_ours_are_asked_by_rank() -> None:
    assert names() == OURS


def test_every_dialect_of_ours_says_only_what_can_be_compiled() -> None:
    assert [check(dialect).name for dialect in dialects()] == list(OURS)


def test_a_dialect_of_another_distribution_comes_after_ours_whatever_its_rank(distribution: Install) -> None:
    distribution("acme_b", GOOD.replace('"acme"', '"b"'))
    distribution("acme_a", GOOD.replace('"acme"', '"a"'))
    assert names() == (*OURS, "a", "b")
    assert "'acme.step'" in canonical.numbers(keys="keys", texts="texts")


BROKEN = {
    "raises": "raise RuntimeError('no licence')",
    "exits": "raise SystemExit(3)",
    "missing": "OTHER = 1",
    "another_type": "DIALECT = {'name': 'acme'}",
    "an_unknown_scalar": GOOD.replace('{"agent":', '{"agnet":'),
    "an_unknown_kind": GOOD.replace('"llm"', '"thought"'),
    "sql_in_a_key": GOOD.replace("acme.agent", "x'] OR 1 --"),
    "a_mark_in_a_key": GOOD.replace("acme.agent", "/*segment*/"),
    "a_text_for_keys": GOOD.replace('("acme.agent",)', "7"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_dialect_is_named_in_the_log_and_left_out(
    distribution: Install, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    distribution(f"broken_{kind}", BROKEN[kind])
    distribution("whole", GOOD)
    with caplog.at_level(logging.WARNING, logger="fanlight.semconv"):
        assert names() == (*OURS, "acme")
    (record,) = caplog.records
    assert f"the dialect broken_{kind} (broken_{kind}:DIALECT) is left out" in record.getMessage()


def test_a_table_with_more_keys_than_a_slot_has_places_is_refused() -> None:
    keys = tuple(f"acme.{n}" for n in range(200))
    with pytest.raises(InvalidError, match="too many"):
        check(Dialect(name="acme", rank=1, attributes={"agent": keys}))


def test_a_key_in_two_slots_has_a_code_in_each() -> None:
    kinds = (Kind(key="who", present="agent"),)
    found = number(
        (Dialect(name="acme", rank=1, kinds=kinds, attributes={"agent": ("who",), "user": ("who",)}),)
    )
    slots = [code // PLACES for code in found.codes["who"]]
    assert slots == [found.slot("present"), found.slot("agent"), found.slot("user")]
    assert [list(echo.values()) for echo in found.echoes] == [
        [found.codes["who"][1]],
        [found.codes["who"][2]],
    ]


def test_two_dialects_that_read_the_same_key_share_its_number() -> None:
    first = Dialect(name="a", rank=1, attributes={"user": ("user.id", "a.user")})
    second = Dialect(name="b", rank=2, attributes={"user": ("b.user", "user.id")})
    codes = number((first, second)).codes
    assert sorted(codes, key=codes.__getitem__) == ["user.id", "a.user", "b.user"]
