"""What Python source says without being run: where a module is, what a name in it is, its methods."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 4 * 1024 * 1024
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.stmt


class SourceError(Exception):
    """The source cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module's source."""

    path: Path
    tree: ast.Module


def find_module(name: str, places: Iterable[Path]) -> Module | None:
    """The module `name` (dotted, or a path that ends in `.py`) below one of `places`. Raises SourceError."""
    parts = name.removesuffix(".py").replace("/", ".").split(".")
    if not all(part.isidentifier() for part in parts):
        raise SourceError(f'"{name}" is no module')
    for place in places:
        base = place.joinpath(*parts)
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return Module(path, _parse(path))
    return None


def _parse(path: Path) -> ast.Module:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(f"{path.name} is larger than {MAX_BYTES:,} bytes")
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise SourceError(f"{path.name}, line {error.lineno}: {error.msg}") from error
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        raise SourceError(f"{path.name} cannot be read ({error})") from error


def installed_places() -> list[Path]:
    """Where this interpreter looks for modules."""
    return [Path(place) for place in sys.path if place]


def statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements of a module's own level, also those below `if`, `try` and `with`."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        statement = waiting.pop(0)
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            waiting += [each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.stmt)]
            handlers = statement.handlers if isinstance(statement, ast.Try) else []
            waiting += [each for handler in handlers for each in handler.body]


def definition_of(tree: ast.Module, name: str) -> Definition | None:
    """The last statement that gives `name` a meaning; None when there is none.

    Example:
        >>> type(definition_of(ast.parse("def a(): pass"), "a")).__name__
        'FunctionDef'
    """
    found: Definition | None = None
    for statement in statements(tree):
        if name in names_of(statement):
            found = statement
    return found


def names_of(statement: ast.stmt) -> list[str]:
    """The names that a statement gives a meaning to; `*` for an import of everything."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [statement.name]
        case ast.Assign():
            nodes: Sequence[ast.expr] = statement.targets
            return [each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            return [name] if value is not None else []
        case ast.Import():
            return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in statement.names]
    return []


def needed_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef, *, is_method: bool) -> list[str]:
    """The arguments without a default, `self` left out."""
    given = function.args
    places = [*given.posonlyargs, *given.args]
    needed = [each.arg for each in places[: len(places) - len(given.defaults)]]
    pairs = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    return [*needed[1 if is_method else 0 :], *(each.arg for each, default in pairs if default is None)]


def methods_of(tree: ast.Module, name: str) -> tuple[set[str], set[str]]:
    """The methods of the class `name`, with those of its bases here; and the bases that are elsewhere."""
    methods: set[str] = set()
    elsewhere: set[str] = set()
    waiting, seen = [name], set()
    while waiting:
        current = waiting.pop()
        found = definition_of(tree, current)
        if current in seen:
            continue
        seen.add(current)
        if not isinstance(found, ast.ClassDef):
            elsewhere.add(current)
            continue
        methods |= {each for statement in found.body for each in names_of(statement)}
        waiting += [ast.unparse(base).rpartition(".")[2] for base in found.bases]
    return methods, elsewhere
