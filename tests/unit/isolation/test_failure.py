"""Exceptions arrive as what they were, without pickle and without their `__init__`."""

from __future__ import annotations

import json
import marshal
import traceback
from typing import Any

import pytest

from fanlight.sdk.isolation import failure
from fanlight.sdk.isolation.walk import copy_arguments, restore


def there_and_back(error: BaseException) -> Any:
    return restore(marshal.loads(marshal.dumps(copy_arguments({"error": error})[0])))["error"]


class OwnError(LookupError):
    """Pickle cannot make it again: `__init__` wants what `args` does not have."""

    made = 0

    def __init__(self, text: str, *, code: int) -> None:
        super().__init__(text)
        self.code = code
        OwnError.made += 1


def raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - for its traceback
    except BaseException as caught:
        return caught


def test_own_class_keeps_fields_arguments_and_lines() -> None:
    error = raised(OwnError("none", code=4))
    before = OwnError.made
    found = there_and_back(error)
    assert (type(found), found.args, found.code, OwnError.made) == (OwnError, ("none",), 4, before)
    (line,) = traceback.extract_tb(found.__traceback__)
    assert (line.filename, line.name, line.line) == (
        __file__,
        "raised",
        "raise error  # noqa: TRY301 - for its traceback",
    )


def test_class_that_cannot_be_had_becomes_one_of_its_name() -> None:
    local = type("Local", (KeyError,), {"__module__": "no_such_module"})
    found = there_and_back(local("k"))
    assert (type(found).__name__, type(found).__module__, found.args) == ("Local", "no_such_module", ("k",))
    assert isinstance(found, KeyError)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"), KeyError("k"), FileNotFoundError(2, "gone", "here"), SystemExit(3),
        StopIteration(5),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), KeyboardInterrupt(),
        ExceptionGroup("two", [ValueError(1)]), json.JSONDecodeError("bad", "{", 1),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_known_classes_read_the_same(error: BaseException) -> None:
    found = there_and_back(error)
    assert (type(found), str(found)) == (type(error), str(error))


def test_cause_comes_along() -> None:
    error = ValueError("outer")
    error.__cause__ = KeyError("inner")
    found = there_and_back(error)
    assert repr(found.__cause__) == "KeyError('inner')"


def test_modules_of_the_agent_are_not_imported_for_an_exception(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents_own.py").write_text("raise SystemExit('was imported')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    packed = {"classes": [("agents_own", "Own"), ("builtins", "ValueError")], "arguments": ["x"],
              "fields": {}, "files": [], "lines": [], "cause": None}  # fmt: skip
    found = failure.rebuild(packed)
    assert (type(found).__name__, isinstance(found, ValueError)) == ("Own", True)
