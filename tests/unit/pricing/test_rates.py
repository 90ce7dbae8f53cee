"""The arithmetic of costs is that of the price table itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot

from fanlight.clock import ManualClock
from fanlight.pricing.book import FRESH_S, Book, Override
from fanlight.pricing.published import find_published
from fanlight.pricing.rates import PICODOLLAR, explain, flat_rates, from_json, to_json, total
from fanlight.pricing.tools import PUBLISHED

AT_NS = 1_790_000_000 * 10**9
AT = datetime.fromtimestamp(AT_NS // 10**9, UTC)
PLAIN = {
    "input_mtok",
    "output_mtok",
    "cache_read_mtok",
    "cache_write_mtok",
    "output_reasoning_mtok",
    "requests_kcount",
    *PUBLISHED.values(),
}


def models() -> list[tuple[str, str, Any]]:
    """Every model whose price is one of tokens and requests alone."""
    found = []
    for provider in get_snapshot().providers:
        for model in provider.models:
            price = model.get_prices(AT)
            keys = {key for key, value in price.__dict__.items() if value is not None}
            if keys and keys <= PLAIN and provider.find_model(model.id) is model:
                found.append((provider.id, model.id, price))
    return found


def usage(dice: random.Random) -> dict[str, int]:
    """Tokens as they are reported: parts never exceed their whole; sizes on both sides of every tier."""
    size = dice.choice([0, 1, 999, 127_999, 128_001, 200_000, 200_001, 272_001, 1_000_000]) + dice.randrange(
        50
    )
    cached = dice.randrange(size + 1)
    written = dice.randrange(size - cached + 1)
    out = dice.randrange(20_000)
    return {
        "input": size,
        "cache_read": cached,
        "cache_write": written,
        "output": out,
        "reasoning": dice.randrange(out + 1),
        **{tool: dice.choice([0, 0, 1, 7, 1_000]) for tool in PUBLISHED},
    }


def test_the_arithmetic_is_that_of_the_price_table_for_every_model() -> None:
    dice = random.Random(7)
    tried = models()
    assert len(tried) > 1_000
    for tool, least in (("web_search", 50), ("storage_search", 20)):
        assert sum(getattr(price, PUBLISHED[tool], None) is not None for *_, price in tried) > least
    wrong = []
    for provider, model, price in tried:
        rates = find_published(provider, model, AT_NS)
        assert rates is not None, (provider, model)
        for _ in range(6):
            given = usage(dice)
            theirs = price.calc_price(
                Usage(
                    input_tokens=given["input"],
                    output_tokens=given["output"],
                    cache_read_tokens=given["cache_read"],
                    cache_write_tokens=given["cache_write"],
                    output_reasoning_tokens=given["reasoning"],
                    **{key.removesuffix("_kcount"): given[tool] for tool, key in PUBLISHED.items()},
                )
            )["total_price"].quantize(PICODOLLAR, ROUND_DOWN)
            if total(explain(rates, given)) != theirs:
                wrong.append((provider, model, given, total(explain(rates, given)), theirs))
    assert wrong == []


def test_rates_come_back_as_they_were_kept() -> None:
    rates = find_published("google", "gemini-2.5-pro", AT_NS)
    assert rates is not None
    assert from_json(to_json(rates)) == rates
    assert from_json(to_json(rates)).id == rates.id
    assert len(rates.tiers["input"]) > 1


@pytest.mark.parametrize(
    ("provider", "model", "found"),
    [
        ("openai", "gpt-4o-2024-08-06", "openai gpt-4o"),
        ("azure.ai.openai", "gpt-4o", "azure gpt-4o"),
        ("aws.bedrock", "us.anthropic.claude-3-5-sonnet-20241022-v2:0", "aws"),
        ("a-proxy", "gpt-4o", "openai gpt-4o"),
        ("", "gpt-4o", "openai gpt-4o"),
        ("openai", "my-own-model", None),
        ("ollama", "llama3", None),
    ],
)
def test_models_are_found_under_the_names_that_instrumentations_give(
    provider: str, model: str, found: str | None
) -> None:
    rates = find_published(provider, model, AT_NS)
    assert (rates is None) == (found is None)
    assert rates is None or f"{rates.provider} {rates.model}".startswith(str(found)[:3])


def test_prices_change_with_the_date() -> None:
    changed = [
        (provider.id, model.id)
        for provider in get_snapshot().providers
        for model in provider.models
        if isinstance(model.prices, list) and model.get_prices(AT) != model.prices[0].prices
    ]
    assert changed
    provider, model = changed[0]
    assert find_published(provider, model, 0) != find_published(provider, model, AT_NS)


def test_a_projects_own_price_stands_above_the_published_one_within_five_seconds() -> None:
    clock, own = ManualClock(), list[Override]()
    book = Book(lambda project: own if project == "mine" else [], clock)
    published = book.find("mine", "openai", "gpt-4o", AT_NS)
    own.append(Override(provider="", model="gpt-*", rates=flat_rates("", "gpt-*", input="1", output="2")))
    assert book.find("mine", "openai", "gpt-4o", AT_NS) == published
    clock.advance(FRESH_S)
    assert FRESH_S < 5
    mine = book.find("mine", "openai", "gpt-4o", AT_NS)
    assert mine is not None
    assert (mine.source, mine.is_own) == ("project", True)
    assert book.find("other", "openai", "gpt-4o", AT_NS) == published
    assert total(explain(mine, {"input": 3, "output": 1})) == Decimal("0.000005")


def test_tools_and_requests_are_terms_of_their_own_with_their_published_prices() -> None:
    claude = find_published("anthropic", "claude-sonnet-4-5", AT_NS)
    sonar = find_published("perplexity", "sonar-pro", AT_NS)
    assert claude is not None
    assert sonar is not None
    searched = explain(claude, {"input": 1_000, "output": 100, "web_search": 3})
    assert [(str(term), term.cost) for term in searched] == [
        ("1,000 input x $3.00/M", Decimal("0.003")),
        ("100 output x $15.00/M", Decimal("0.0015")),
        ("3 web search x $10.00/1,000", Decimal("0.03")),
    ]
    assert [str(term) for term in explain(sonar, {"input": 1})][-1] == "1 request x $0.014"
