"""Tools that a provider runs within a call of a model and charges by use: how often one was used."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

PUBLISHED: Mapping[str, str] = MappingProxyType(
    {
        "web_search": "web_searches_kcount",
        "social_search": "social_searches_kcount",
        "storage_search": "storage_searches_kcount",
        "code_execution": "code_executions_kcount",
    }
)
"""A tool, and the price table's key of what a thousand of its uses cost."""

OWN: Mapping[str, str] = MappingProxyType(
    {
        "web_search": "fanlight.usage.web_searches",
        "social_search": "fanlight.usage.social_searches",
        "storage_search": "fanlight.usage.storage_searches",
        "code_execution": "fanlight.usage.code_executions",
    }
)
"""A tool, and the attribute that says how often it was used."""

FOREIGN: Mapping[str, str] = MappingProxyType({"web_search": "gen_ai.usage.details.web_search_requests"})
"""The same by others: Pydantic AI writes what Anthropic and OpenRouter report."""

ATTRIBUTES = (*OWN.values(), *FOREIGN.values())
MOST_USES = 10**6

# Of Google's searches it is the queries that are reported, and what is charged depends on the model.
_COUNTS_OTHERWISE = frozenset({"google"})


def takes_foreign(provider: str) -> bool:
    """Whether what others write counts as this provider of the price table charges."""
    return provider not in _COUNTS_OTHERWISE


def uses_in(attributes: Mapping[str, Any], provider: str) -> dict[str, int]:
    """How often a span says that each tool was used, by the price table's `provider`.

    Example:
        >>> uses_in({"gen_ai.usage.details.web_search_requests": 3}, "anthropic")
        {'web_search': 3}
        >>> uses_in({"gen_ai.usage.details.web_search_requests": 3}, "google")
        {}
    """
    found = {}
    for tool, key in OWN.items():
        value = attributes.get(key)
        if value in (None, "") and takes_foreign(provider):
            value = attributes.get(FOREIGN.get(tool, ""))
        text = str(value)
        if text.isascii() and text.isdecimal() and 0 < (uses := int(text)) <= MOST_USES:
            found[tool] = uses
    return found
