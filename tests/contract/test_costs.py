"""What spans cost: the engine's arithmetic, and what stands instead of a cost that nobody knows."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

from fanlight.model.project import ProjectScope
from fanlight.pricing.book import Override
from fanlight.pricing.published import find_published
from fanlight.pricing.rates import explain, flat_rates, from_json, total
from fanlight.pricing.written import read_rates
from fanlight.query.traces import get_span
from fanlight.store.contract import Repricing

from .telemetry import NOW_NS, span, traces

MODELS = (
    ("openai", "gpt-4o"), ("anthropic", "claude-sonnet-4-5"), ("google", "gemini-2.5-pro"),
    ("openai", "o3-mini"), ("openai", "text-embedding-3-small"), ("perplexity", "sonar-pro"),
)  # fmt: skip


def call(number: int, provider: str = "openai", model: str = "gpt-4o", **more: Any) -> Any:
    named = {
        "gen_ai__operation__name": "chat",
        "gen_ai__provider__name": provider,
        "gen_ai__request__model": model,
    }
    return span("call", number=number, **{**{k: v for k, v in named.items() if v}, **more})


def tokens(**given: int) -> dict[str, int]:
    names = {
        "input": "gen_ai__usage__input_tokens",
        "output": "gen_ai__usage__output_tokens",
        "cache_read": "gen_ai__usage__cache_read__input_tokens",
        "cache_write": "gen_ai__usage__cache_write__input_tokens",
        "reasoning": "gen_ai__usage__reasoning__output_tokens",
    }
    return {names[kind]: count for kind, count in given.items()}


def test_the_engine_counts_as_the_price_table_does(store: Any, log: Any, rows: Any) -> None:
    dice, spans, expected = random.Random(3), [], {}
    for number in range(1, 121):
        provider, model = dice.choice(MODELS)
        size = dice.choice([0, 100, 128_001, 200_000, 200_001, 900_000])
        given = {"input": size, "cache_read": dice.randrange(size + 1), "output": dice.randrange(9_000)}
        given["cache_write"] = dice.randrange(size - given["cache_read"] + 1)
        given["reasoning"] = dice.randrange(given["output"] + 1)
        spans.append(call(number, provider, model, **tokens(**given)))
        rates = find_published(provider, model, NOW_NS)
        assert rates is not None
        expected[f"{number:016x}"] = (total(explain(rates, given)), "price", rates.id, "")
    store.insert(log.segment(traces(*spans)))
    found = rows("SELECT lower(hex(span_id)), cost, cost_source, price_id, unpriced FROM spans")
    assert {row[0]: tuple(row[1:]) for row in found} == expected


def test_a_call_has_a_cost_or_the_reason_why_not(store: Any, log: Any, rows: Any) -> None:
    cases: list[tuple[dict[str, Any], tuple[str | None, str, str]]] = [
        (tokens(input=1_000, output=100), ("0.0035", "price", "")),
        ({**tokens(input=1_000), "gen_ai__usage__cost": 0.25}, ("0.25", "reported", "")),
        ({"model": "my-own", **tokens(input=5)}, (None, "", "unknown model")),
        ({"model": "", **tokens(input=5)}, (None, "", "no model named")),
        ({}, (None, "", "no tokens reported")),
        ({"model": "my-own", "provider": "ollama", **tokens(input=5)}, (None, "", "unknown model")),
        (tokens(input=0, output=0), ("0", "price", "")),
    ]
    calls = [call(number, **attributes) for number, (attributes, _) in enumerate(cases, start=1)]
    store.insert(log.segment(traces(*calls)))
    found = rows("SELECT cost, cost_source, unpriced FROM spans ORDER BY span_id")
    assert [(None if amount is None else f"{amount.normalize():f}", *rest) for amount, *rest in found] == [
        cost for _, cost in cases
    ]


def test_what_is_no_model_call_and_reports_nothing_needs_no_price(store: Any, log: Any, rows: Any) -> None:
    store.insert(log.segment(traces(span("search", number=1, gen_ai__operation__name="execute_tool"))))
    assert rows("SELECT cost, cost_source, price_id, unpriced FROM spans") == [(None, "", 0, "")]


def test_the_price_of_every_cost_is_kept(opened: Any, log: Any) -> None:
    store = opened()
    store.insert(log.segment(traces(call(1, **tokens(input=10)))))
    store = opened()
    store.insert(log.segment(traces(call(2, **tokens(input=10)))))
    rows = store._backend.writer.rows
    [(price_id,)] = rows("SELECT DISTINCT price_id FROM spans")
    [(kept,)] = rows(f"SELECT rates FROM prices FINAL WHERE price_id = {price_id}")
    assert from_json(kept).id == price_id


def test_a_projects_own_price_stands_above_what_was_reported(store: Any, log: Any, rows: Any) -> None:
    own = Override(provider="", model="gpt-4o", rates=flat_rates("", "gpt-4o", input="1000"))
    store._inserter._book._overrides = lambda project: [own] if project == "mine" else []
    for number, project in ((1, "mine"), (2, "other")):
        reported = call(number, **tokens(input=1_000), gen_ai__usage__cost=0.25)
        store.insert(log.segment(traces(reported), project=project))
    found = rows("SELECT project_id, cost, cost_source FROM spans ORDER BY project_id")
    assert [(project, cost, source) for project, cost, source in found] == [
        ("mine", Decimal(1), "price"),
        ("other", Decimal("0.25"), "reported"),
    ]


def repricing(project: str = "default", model: str = "") -> Repricing:
    return Repricing(project_id=project, since_ns=0, until_ns=2 * NOW_NS, model=model)


def reprice(store: Any, asked: Repricing) -> int:
    return sum(store.reprice_day(asked, day).spans for day in store.priced_days(asked))


def test_repricing_computes_what_storing_would_have_and_then_changes_nothing(
    store: Any, log: Any, rows: Any
) -> None:
    store.insert(
        log.segment(
            traces(
                call(1, **tokens(input=1_000_000)),
                call(2, model="my-own", **tokens(input=300_000, output=10)),
                call(3, **tokens(input=5), gen_ai__usage__cost=0.25),
                call(4, model="o'hare\t{x:String}", **tokens(input=7)),
            )
        )
    )
    before = rows("SELECT cost, cost_source, price_id, unpriced FROM spans ORDER BY span_id")
    assert reprice(store, repricing()) == 0
    tiers = {
        "input": [{"above_input_tokens": 0, "price": "1"}, {"above_input_tokens": 200_000, "price": "2"}]
    }
    own = [
        Override(provider="", model="my-*", rates=read_rates("", "my-*", tiers)),
        Override(provider="openai", model="gpt-4o", rates=flat_rates("", "gpt-4o", input="100")),
    ]
    store._book._overrides = lambda project: own
    store._book._own.clear()
    assert reprice(store, repricing("another")) == 0
    assert reprice(store, repricing(model="my-own")) == 1
    assert reprice(store, repricing()) == 2
    assert reprice(store, repricing()) == 0
    found = rows("SELECT cost, cost_source, unpriced FROM spans ORDER BY span_id")
    assert found == [
        (Decimal(100), "price", ""),
        (Decimal("0.6"), "price", ""),
        (Decimal("0.0005"), "price", ""),
        (None, "", "unknown model"),
    ]
    store._book._overrides = lambda project: []
    store._book._own.clear()
    assert reprice(store, repricing()) == 3
    assert rows("SELECT cost, cost_source, price_id, unpriced FROM spans ORDER BY span_id") == before


def test_what_was_reported_in_another_currency_is_kept_and_never_counted(
    store: Any, log: Any, rows: Any
) -> None:
    euros = {"fanlight__cost": 0.25, "fanlight__cost__currency": "EUR"}
    calls = (call(1, model="my-own", **euros), call(2, model="my-own", **tokens(input=5), **euros))
    store.insert(log.segment(traces(*calls)))
    assert (
        rows("SELECT cost, cost_source, cost_reported, currency_reported, unpriced FROM spans")
        == [(None, "", Decimal("0.25"), "EUR", "currency EUR")] * 2
    )


def test_a_span_shows_its_price_and_how_its_cost_is_made_up(store: Any, log: Any) -> None:
    given = tokens(input=10_000, cache_read=4_000, output=500)
    reported = call(2, **tokens(input=5), gen_ai__usage__cost=0.25)
    store.insert(log.segment(traces(call(1, **given), reported)))
    scope = ProjectScope("default")
    [(trace,)] = store._backend.writer.rows("SELECT DISTINCT lower(hex(trace_id)) FROM spans")
    cost = get_span(store, scope, trace, f"{1:016x}").cost
    assert cost is not None
    assert cost.price is not None
    assert (cost.amount, cost.source, cost.price.model, cost.price.source) == (
        "0.025",
        "price",
        "gpt-4o",
        "genai-prices",
    )
    assert [(term.text, term.amount) for term in cost.terms] == [
        ("6,000 input x $2.50/M", "0.015"),
        ("500 output x $10.00/M", "0.005"),
        ("4,000 cache read x $1.25/M", "0.005"),
    ]
    claimed = get_span(store, scope, trace, f"{2:016x}").cost
    assert claimed is not None
    assert (claimed.amount, claimed.source, claimed.price, claimed.terms) == ("0.25", "reported", None, [])


SEARCHES = "gen_ai__usage__details__web_search_requests"
OWN_SEARCHES = "fanlight__usage__web_searches"


def test_tools_that_a_provider_runs_are_charged_by_use_where_the_table_has_a_fee(
    store: Any, log: Any, rows: Any
) -> None:
    claude = {"provider": "anthropic", "model": "claude-sonnet-4-5"}
    given = tokens(input=1_000)
    store.insert(
        log.segment(
            traces(
                call(1, **claude, **given, **{SEARCHES: 3}),
                call(2, **claude, **given, **{SEARCHES: 3, OWN_SEARCHES: 2}),
                call(3, **claude, **given, **{SEARCHES: "many", OWN_SEARCHES: -1}),
                call(4, **given, fanlight__usage__storage_searches=4, **{SEARCHES: 9}),
                call(5, "google", "gemini-2.5-pro", **given, **{SEARCHES: 5}),
                call(6, **claude, **given),
            )
        )
    )
    found = rows("SELECT cost FROM spans ORDER BY span_id")
    shown = [f"{cost.normalize():f}" for (cost,) in found]
    assert shown == ["0.033", "0.023", "0.003", "0.1025", "0.00125", "0.003"]
    [(trace,)] = rows("SELECT DISTINCT lower(hex(trace_id)) FROM spans")
    for number, expected in enumerate(shown, start=1):
        cost = get_span(store, ProjectScope("default"), trace, f"{number:016x}").cost
        assert cost is not None
        terms = sum((Decimal(term.amount) for term in cost.terms), Decimal(0))
        assert (f"{terms.normalize():f}", cost.amount) == (expected, expected)
    first = get_span(store, ProjectScope("default"), trace, f"{1:016x}").cost
    assert first is not None
    assert [(term.text, term.per) for term in first.terms] == [
        ("1,000 input x $3.00/M", 1_000_000),
        ("3 web search x $10.00/1,000", 1_000),
    ]
    assert reprice(store, repricing()) == 0
    own = Override(provider="", model="claude-*", rates=flat_rates("", "claude-*", input="3", web_search="1"))
    store._book._overrides = lambda project: [own]
    store._book._own.clear()
    assert reprice(store, repricing()) == 4
    found = rows("SELECT cost FROM spans ORDER BY span_id LIMIT 3")
    assert [f"{cost.normalize():f}" for (cost,) in found] == ["3.003", "2.003", "0.003"]
