"""Exceptions travel as names, arguments, fields and lines: no pickle, and no `__init__` when made again."""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
import sysconfig
import types
from typing import TYPE_CHECKING, Any

from fanlight.sdk.isolation import kinds

if TYPE_CHECKING:
    from fanlight.sdk.isolation.walk import Walk

FRAMES = 30
_ARGUMENTS = BaseException.__dict__["args"].__get__
_TRACEBACK = BaseException.__dict__["__traceback__"].__get__
_CAUSE = BaseException.__dict__["__cause__"].__get__
# An OSError's arguments lack the files that it was made with.
_FILE_NAMES = ("filename", "filename2")
_FILES = [OSError.__dict__[name].__get__ for name in _FILE_NAMES]
_FIELDS = BaseException.__dict__["__dict__"].__get__


def pack(error: BaseException, walk: Walk, depth: int) -> dict[str, Any]:
    """`error` as plain data: its classes, arguments, fields, the lines it passed, and its cause."""
    cause = _CAUSE(error)
    return {
        "classes": [kinds.name_of(cls) for cls in kinds.mro(type(error))[:-2]],
        "arguments": [walk.copy(value, depth) for value in tuple.__iter__(_ARGUMENTS(error))],
        "fields": walk.mapping(_FIELDS(error), depth),
        "files": [walk.copy(get(error), 2) for get in _FILES] if OSError in kinds.mro(type(error)) else [],
        "lines": _lines(_TRACEBACK(error)),
        "cause": walk.copy(cause, depth) if cause is not None else None,
    }


def _lines(traceback: types.TracebackType | None) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    while traceback is not None and len(found) < 4 * FRAMES:
        code = traceback.tb_frame.f_code
        found.append((code.co_filename[:1024], traceback.tb_lineno or 0, code.co_name[:256]))
        traceback = traceback.tb_next
    return found[-FRAMES:]  # the last ones are where it was raised


def rebuild(packed: dict[str, Any]) -> BaseException:
    """The exception that was packed.

    Its class is the real one where an installed package or a loaded module has it; else one of the same name
    that derives from the nearest base that can be had.
    """
    from fanlight.sdk.isolation.walk import restore

    cls = _class([(str(module), str(name)) for module, name in packed["classes"]])
    arguments = [restore(value) for value in packed["arguments"]]
    native = next(base for base in cls.__mro__ if base.__module__ == "builtins")
    try:
        # The C parts of a built-in (an OSError's number, where decoding failed) are set by these two alone.
        error: BaseException = native.__new__(cls, *arguments)
        native.__init__(error, *arguments)  # type: ignore[misc]
    except Exception:
        error = BaseException.__new__(cls) if native is BaseException else Exception.__new__(cls)
    error.args = tuple(arguments)
    for name, value in packed["fields"].items():
        if type(name) is str:
            error.__dict__[name] = restore(value)
    for name, value in zip(_FILE_NAMES, packed["files"], strict=False):
        if value is not None:
            setattr(error, name, restore(value))
    if isinstance(cause := restore(packed["cause"]), BaseException):
        error.__cause__ = cause
    return error.with_traceback(_traceback(packed["lines"]))


def _class(names: list[tuple[str, str]]) -> type[BaseException]:
    for index, (module, name) in enumerate(names):
        found = _find(module, name)
        if found is not None:
            return found if index == 0 else _stand_in(found, *names[0])
    return Exception if not names else _stand_in(Exception, *names[0])


def _find(module: str, name: str) -> type[BaseException] | None:
    found: Any = builtins if module == "builtins" else sys.modules.get(module)
    try:
        if found is None and _installed(module):
            found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception:
        return None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _installed(module: str) -> bool:
    # The agent's own modules may do anything when imported, start the agent again for one: left alone.
    spec = importlib.util.find_spec(module.partition(".")[0])
    places = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "purelib", "platlib"))
    origin = (spec.origin if spec else None) or ""
    return origin == "frozen" or origin.startswith(places) or "site-packages" in origin


def _stand_in(base: type[BaseException], module: str, name: str) -> type[BaseException]:
    made = type(name.rpartition(".")[2], (base,), {"__module__": module, "__qualname__": name})
    return made if issubclass(made, BaseException) else base


def _traceback(lines: list[tuple[str, int, str]]) -> types.TracebackType | None:
    found: types.TracebackType | None = None
    for filename, line, name in reversed(lines):
        raising = compile("raise ZeroDivisionError", str(filename), "exec")
        code = raising.replace(co_name=str(name), co_firstlineno=max(1, line))
        try:
            exec(code, {})  # noqa: S102 - a frame of that name cannot be had otherwise; the text is ours
        except ZeroDivisionError as error:
            made = error.__traceback__
            here = made.tb_next if made is not None else None
            if here is not None:
                found = types.TracebackType(found, here.tb_frame, here.tb_lasti, max(1, line))
    return found
