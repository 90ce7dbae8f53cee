"""The shapes of the API as TypeScript, for Studio."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_WIDTH = 110


def declarations(schemas: Mapping[str, Schema], *, partial: frozenset[str] = frozenset()) -> str:
    """One declaration a schema, by name. Those of `partial` leave out what has its default.

    Every other answer has each of its fields, those with a default too: only one without default that is
    not required can be missing.

    Example:
        >>> tokens = {"type": "object", "properties": {"input": {"type": "integer"}}, "required": ["input"]}
        >>> print(declarations({"Tokens": tokens}), end="")
        export interface Tokens {
          readonly input: number;
        }
    """
    made = (_declaration(name, schemas[name], name in partial) for name in sorted(schemas))
    return "\n".join(made)


def _declaration(name: str, schema: Schema, is_partial: bool) -> str:
    note = _note(schema.get("description", ""))
    if "properties" not in schema:
        return f"{note}export type {_identifier(name)} = {type_of(schema)};\n"
    required = schema.get("required", [])
    fields = [
        _field(field, told, needed=field in required or ("default" in told and not is_partial))
        for field, told in schema["properties"].items()
    ]
    return "\n".join([f"{note}export interface {_identifier(name)} {{", *fields, "}\n"])


def _field(name: str, schema: Schema, *, needed: bool) -> str:
    return f"  readonly {name}{'' if needed else '?'}: {type_of(schema)};"


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _note(description: str) -> str:
    if not description:
        return ""
    lines = list(_lines(description))
    if len(lines) == 1 and len(lines[0]) < _WIDTH:
        return f"/** {lines[0]} */\n"
    return "".join(["/**\n", *(f" * {line}".rstrip() + "\n" for line in lines), " */\n"])


def _lines(description: str) -> Iterator[str]:
    first, *rest = description.strip().splitlines()
    yield first.replace("*/", "* /")
    yield from (line.strip().replace("*/", "* /") for line in rest)


def type_of(schema: Schema) -> str:
    """One schema as a type.

    Example:
        >>> type_of({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}})
        'readonly (string | null)[]'
    """
    if "$ref" in schema:
        return _identifier(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(type_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(_literal(each) for each in schema["enum"])
    kind = schema.get("type")
    if kind == "array":
        inner = type_of(schema.get("items") or {})
        return f"readonly {f'({inner})' if ' ' in inner else inner}[]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"Readonly<Record<string, {type_of(values) if isinstance(values, dict) else 'unknown'}>>"
    return _SIMPLE.get(kind or "", "unknown")


def _literal(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
