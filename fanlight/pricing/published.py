"""The published prices of models: the package genai-prices, offline."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import Any

from fanlight.pricing.rates import KINDS, Rates, Tier
from fanlight.pricing.tools import PUBLISHED

SOURCE = "genai-prices"

_KEYS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
}
_THOUSAND = Decimal(1_000)

# What instrumentations call a provider, where the price table has another word.
_PROVIDERS = {
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "azure_openai": "azure",
    "aws.bedrock": "aws",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "text-completion-openai": "openai",
    "amazon_bedrock": "aws",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "vertexai": "google",
    "google_genai": "google",
    "gemini": "google",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "x_ai": "x-ai",
    "xai": "x-ai",
}
_OWN_MACHINES = frozenset({"ollama", "lm_studio", "lmstudio", "llama_cpp", "llamacpp", "vllm", "local"})
"""What runs on one's own machines has no published price, whatever the model is called."""


def find_published(provider: str, model: str, at_ns: int) -> Rates | None:
    """The published prices of a model at a time; None when there are none.

    The first call loads the table, which takes most of a second: it belongs in a thread that may wait.

    Example:
        >>> found = find_published("openai", "gpt-4o", 1_790_000_000 * 10**9)
        >>> found.source, found.price("input", 10)
        ('genai-prices', Decimal('2.5'))
        >>> find_published("openai", "no-such-model", 0) is None
        True
    """
    if provider.lower() in _OWN_MACHINES:
        return None
    snapshot = _snapshot()
    name = plain_provider(provider) or None
    try:
        snapshot.find_provider(model, name, None)
    except LookupError:
        # A provider that nobody knows, as a proxy's name: the model is looked for among all of them.
        name = None
    try:
        found, info = snapshot.find_provider_model(model, None, name, None)
    except LookupError:
        return None
    return _rates(found.id, info.id, info.get_prices(datetime.fromtimestamp(at_ns // 10**9, UTC)))


def plain_provider(name: str) -> str:
    """The price table's word for a provider, whoever names it.

    Example:
        >>> plain_provider("azure.ai.openai"), plain_provider("OpenAI"), plain_provider("vertex_ai-models")
        ('azure', 'openai', 'google')
    """
    name = name.lower()
    return "google" if name.startswith("vertex_ai") else _PROVIDERS.get(name, name)


def _rates(provider: str, model: str, price: Any) -> Rates | None:
    tiers = {}
    for kind in KINDS:
        value = getattr(price, _KEYS[kind], None)
        if value is not None:
            tiers[kind] = _tiers(value)
    request = getattr(price, "requests_kcount", None)
    if not tiers and request is None:
        return None
    tools = {
        tool: _base(fee) / _THOUSAND for tool, key in PUBLISHED.items() if (fee := getattr(price, key, None))
    }
    return Rates(
        provider=provider,
        model=model,
        source=SOURCE,
        version=_version(),
        tiers=tiers,
        request=(request or Decimal(0)) / _THOUSAND,
        tools=tools,
    )


def _base(fee: Any) -> Decimal:
    """The price of a use; no table has tiers of it."""
    return fee if isinstance(fee, Decimal) else Decimal(fee.base)


def _tiers(value: Any) -> tuple[Tier, ...]:
    if isinstance(value, Decimal):
        return (Tier(0, value),)
    return (Tier(0, value.base), *(Tier(tier.start, tier.price) for tier in value.tiers))


@cache
def _snapshot() -> Any:
    from genai_prices.data_snapshot import get_snapshot

    return get_snapshot()


@cache
def _version() -> str:
    return version("genai-prices")
