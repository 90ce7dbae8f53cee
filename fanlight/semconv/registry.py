"""Which dialects there are: those of this package, then those of other distributions."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from fanlight import semconv
from fanlight.errors import InvalidError
from fanlight.model.span import KINDS
from fanlight.semconv.dialect import AMOUNTS, COUNTS, SCALARS, UNITS, Dialect

GROUP = "fanlight.dialects"

logger = logging.getLogger("fanlight.semconv")

_NO_DIALECT = {"canonical", "dialect", "numbering", "registry"}
# What is in a table becomes text of a query: whatever could end a literal or a comment has no place in a key.
_WORD = re.compile(r"[\w .:/@$+~-]{1,200}")
_MOST_KEYS = 100


@cache
def dialects() -> tuple[Dialect, ...]:
    """Every dialect, in the order in which they are asked: ours by rank, then others by entry point's name.

    Example:
        >>> [dialect.name for dialect in dialects()][:2]
        ['fanlight', 'coding_agent']
    """
    found = (each for each in pkgutil.iter_modules(semconv.__path__) if not each.ispkg)
    names = (each.name for each in found if each.name not in _NO_DIALECT)
    modules = (importlib.import_module(f"{semconv.__name__}.{name}") for name in names)
    ours = sorted((module.DIALECT for module in modules), key=lambda dialect: dialect.rank)
    return (*ours, *_others(entry_points(group=GROUP)))


def check(dialect: object) -> Dialect:
    """`dialect` if it is one whose tables say only what can be compiled; raises InvalidError.

    Example:
        >>> check(Dialect(name="acme", rank=1, attributes={"agnet": ("acme.agent",)}))
        Traceback (most recent call last):
        fanlight.errors.InvalidError: 'agnet' is no scalar; fanlight/semconv/dialect.py lists what ...
    """
    if not isinstance(dialect, Dialect):
        raise InvalidError(
            f"{dialect!r} is no Dialect", hint="the entry point names a fanlight.semconv.dialect.Dialect"
        )
    for problem in _problems(dialect):
        raise InvalidError(problem, hint="fanlight/semconv/dialect.py lists what a table can say")
    return dialect


def _others(points: Sequence[EntryPoint]) -> Iterator[Dialect]:
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        try:
            yield check(point.load())
        except (Exception, SystemExit) as error:
            # Somebody else's code: whatever it raises must not stop the server.
            logger.warning("the dialect %s (%s) is left out: %s", point.name, point.value, error)


def _problems(dialect: Dialect) -> Iterator[str]:
    known = {*SCALARS, *COUNTS, *AMOUNTS}
    tables = (dialect.attributes, dialect.resource)
    yield from (f"{name!r} is no scalar" for table in tables for name in table if name not in known)
    kinds = [kind for rule in dialect.kinds for kind in (*rule.names.values(), rule.unknown, rule.present)]
    yield from (f"{kind!r} is no kind" for kind in kinds if kind not in ("", *KINDS))
    yield from (f"{unit!r} is no unit" for unit in dialect.first_token.values() if unit not in UNITS)
    yield from (
        f"{name!r} has too many keys" for name, keys in dialect.attributes.items() if len(keys) > _MOST_KEYS
    )
    yield from (f"{word!r} cannot be read" for word in _words(dialect) if not _WORD.fullmatch(word))


def _words(dialect: Dialect) -> Iterator[str]:
    yield dialect.name
    for rule in dialect.kinds:
        yield from (rule.key, *rule.names)
    for table in (dialect.attributes, dialect.resource, dialect.failures):
        for name, keys in table.items():
            yield from (name, *keys)
    yield from dialect.first_token
    for keys in (dialect.objects, dialect.exclusive, dialect.first_token_events, dialect.arguments):
        yield from keys
    for keys in (dialect.inputs, dialect.outputs, dialect.searched):
        yield from keys
