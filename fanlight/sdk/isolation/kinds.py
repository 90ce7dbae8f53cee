"""What a value is, asked of its type through C alone: no code of the value or its class runs."""

from __future__ import annotations

import types
from typing import Any

_MRO = type.__dict__["__mro__"].__get__
_NAMESPACE = type.__dict__["__dict__"].__get__
_MODULE = type.__dict__["__module__"].__get__
_QUALNAME = type.__dict__["__qualname__"].__get__

# By identity: hashing a class may run its metaclass, and its `__class__` may lie.
_KINDS: tuple[type, ...] = (str, int, float, bool, bytes, list, tuple, dict, set, frozenset, type(None))
_PLAIN = {id(kind): kind for kind in _KINDS}


def plain_kind(cls: type) -> type | None:
    """The plain built-in type that `cls` is or derives from.

    >>> from collections import OrderedDict
    >>> plain_kind(str), plain_kind(OrderedDict), plain_kind(object)
    (<class 'str'>, <class 'dict'>, None)
    """
    found = _PLAIN.get(id(cls))
    if found is not None:
        return found
    return next((_PLAIN[id(base)] for base in mro(cls) if id(base) in _PLAIN), None)


def mro(cls: type) -> tuple[type, ...]:
    """The bases of `cls` in order, `cls` first."""
    return tuple(_MRO(cls))


def is_exception(cls: type) -> bool:
    """Whether instances of `cls` are exceptions."""
    return any(base is BaseException for base in mro(cls))


def name_of(cls: type) -> tuple[str, str]:
    """Module and qualified name of `cls`.

    >>> name_of(ValueError)
    ('builtins', 'ValueError')
    """
    module, name = _MODULE(cls), _QUALNAME(cls)
    return (module if type(module) is str else "?"), (name if type(name) is str else "?")


def fields_of(value: object) -> dict[str, Any] | None:
    """The instance's own fields, or None where it has none or hides them behind code."""
    for base in mro(type(value)):
        descriptor = _NAMESPACE(base).get("__dict__")
        if descriptor is None:
            continue
        if type(descriptor) is not types.GetSetDescriptorType:
            return None
        found = descriptor.__get__(value, type(value))
        return found if type(found) is dict else None
    return None
