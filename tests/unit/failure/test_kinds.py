"""The kind of an error depends on which kind of step it befell."""

from __future__ import annotations

import pytest

from fanlight.query.failure.kinds import kind_of

from .traces import step


@pytest.mark.parametrize(
    ("kind", "error", "found"),
    [
        ("llm", "ValidationError: 1 validation error for Trip", "invalid_output"),
        ("tool", "ValidationError: 1 validation error for Trip", "invalid_arguments"),
        ("chain", "ValidationError: 1 validation error for Trip", "validation"),
        ("tool", "KeyError: oslo", "tool_error"),
        ("tool", "TypeError: missing 1 required positional argument", "invalid_arguments"),
        ("chain", "KeyError: oslo", "code_error"),
        ("guardrail", "KeyError: oslo", "guardrail"),
        ("retriever", "boom", "retrieval_error"),
        ("chain", "boom", "error"),
    ],
)
def test_the_same_error_is_another_kind_in_another_step(kind: str, error: str, found: str) -> None:
    assert kind_of(step("a", None, kind, "a", 0, 1, error=error)) == found
