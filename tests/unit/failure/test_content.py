"""What a result says: that it is empty, or that it is an error."""

from __future__ import annotations

import pytest

from fanlight.query.failure.content import is_empty, reported_error


@pytest.mark.parametrize(
    "text",
    [
        '{"results": null}',
        '{"content": "  "}',
        '["", null, "n/a"]',
        '{"content": [{"type": "text", "text": "No results found."}]}',
        "[[[[[[[]]]]]]]",
    ],
)
def test_a_result_that_holds_nothing_is_empty_however_it_is_wrapped(text: str) -> None:
    assert is_empty(text) is True


@pytest.mark.parametrize(
    "text",
    [
        '{"results": [0]}',
        '{"results": [], "error": "no such city"}',
        '{"results": [], "weather": "snow"}',
        '{"results": ["", "snow"]}',
        "[[[[[[[[]]]]]]]]",
        "[no json",
    ],
)
def test_a_result_that_holds_something_or_is_not_understood_is_not_empty(text: str) -> None:
    assert is_empty(text) is False


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('{"error": {"message": "no such city", "code": 7}}', "no such city"),
        ('{"error": {"code": 7}}', '{"code": 7}'),
        ('[{"Error": "no such city"}]', "no such city"),
        ('{"isError": true, "content": "no such city"}', "no such city"),
        ('{"is_error": true}', "error"),
        ('{"error": true, "message": "no such city"}', "no such city"),
        ('{"success": false, "detail": {"city": "Atlantis"}}', '{"city": "Atlantis"}'),
        ('{"errors": ["no such city", "no such year"]}', '["no such city", "no such year"]'),
        ('{"status": "FAILED", "message": "no such city"}', "no such city"),
        ('"Error: no such city"', "Error: no such city"),
        ('{"error": "' + "x" * 400 + '"}', "x" * 300),
    ],
)
def test_an_error_is_told_in_the_words_of_the_result(text: str, error: str) -> None:
    assert reported_error(text) == error


@pytest.mark.parametrize(
    "text", ['{"errors": []}', '{"success": true}', '{"status": "ok"}', '["Errors"]', ""]
)
def test_a_result_without_an_error_tells_of_none(text: str) -> None:
    assert reported_error(text) == ""
