"""What spans carry, by the instrumentation that sent them: what came in, and the content made of it.

After a wanted change: `FANLIGHT_GOLDEN=write pytest tests/golden/content`, then read the difference.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fanlight.semconv.content.reading import read_content
from fanlight.semconv.content.sent import Sent, SentEvent

GOLDEN = Path(__file__).parent
FILES = sorted(GOLDEN.glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_content_is_what_it_was(file: Path) -> None:
    cases = json.loads(file.read_text())
    found = [{**case, "content": content_of(case)} for case in cases]
    if os.environ.get("FANLIGHT_GOLDEN") == "write":
        file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        cases = found
    for case, one in zip(cases, found, strict=True):
        assert one["content"] == case.get("content"), case["span"]


def content_of(case: dict[str, Any]) -> Any:
    sent = Sent.of(
        case["kind"],
        tool=case.get("tool"),
        attributes=case.get("attributes", {}).items(),
        events=[SentEvent(event["name"], event["attributes"]) for event in case.get("events", [])],
        logs=[SentEvent(log["name"], log["fields"]) for log in case.get("logs", [])],
    )
    return without_nothing(msgspec.to_builtins(read_content(sent)))


def without_nothing(value: Any) -> Any:
    """Content without the fields that say nothing, so that a golden file shows what there is."""
    if isinstance(value, list):
        return [without_nothing(item) for item in value]
    if isinstance(value, dict):
        kept = {name: without_nothing(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item not in (None, [], {}, False)}
    return value
