"""How the cost of a span is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fanlight.model.project import ProjectScope
from fanlight.model.span import CostTerm, SpanCost, SpanPrice
from fanlight.pricing.rates import as_shown, explain, from_json
from fanlight.pricing.tools import uses_in
from fanlight.store.contract import Store


def with_terms(
    store: Store,
    scope: ProjectScope,
    cost: SpanCost | None,
    tokens: Mapping[str, int | None],
    attributes: Mapping[str, Any],
) -> SpanCost | None:
    """`cost` with the price that it was computed by and its arithmetic; as it is when it stands on no price.

    `attributes` of the span say which tools its provider used.

    Raises StoreError.
    """
    if cost is None or cost.price_id is None:
        return cost
    found = store.read(scope, "get_price", {"price_id": int(cost.price_id)})
    if not found:
        return cost
    [(provider, model, source, version, text)] = found
    rates = from_json(text)
    return SpanCost(
        amount=cost.amount,
        currency=cost.currency,
        source=cost.source,
        price_id=cost.price_id,
        unpriced=cost.unpriced,
        reported=cost.reported,
        reported_currency=cost.reported_currency,
        price=SpanPrice(
            provider=provider, model=model, source=source, version=version, prices=as_shown(rates)
        ),
        terms=[
            CostTerm(
                kind=term.kind,
                tokens=term.tokens,
                price=f"{term.price:f}",
                per=term.per,
                amount=f"{term.cost.normalize():f}",
                text=str(term),
            )
            for term in explain(rates, {**tokens, **uses_in(attributes, rates.provider)})
        ],
    )
