"""Amounts of money as the terminal shows them: the same words as Studio's."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

LEAST = Decimal("0.0001")
_TENTH = Decimal("0.1")


def money(amount: Decimal | str | float) -> str:
    """An amount of US dollars. What is too small for four digits is not shown as nothing.

    Example:
        >>> money("12.3456"), money("0.0066"), money("0.00004"), money(0), money("-0.5")
        ('$12.35', '$0.0066', '<$0.0001', '$0', '-$0.50')
    """
    value = Decimal(str(amount))
    sign, size = "-" if value < 0 else "", abs(value)
    if not size:
        return "$0"
    if size < LEAST:
        return f"{'>-' if sign else '<'}${LEAST}"
    return f"{sign}${size:,.2f}" if size >= _TENTH else f"{sign}${size:.4f}"


def cost_text(cost: Mapping[str, Any]) -> str | None:
    """A run's or a group's cost: `unpriced` where no price is known, `≥` where one is known for a part only.

    None when there was nothing to price.

    Example:
        >>> cost_text({"amount": "0.0066", "unpriced_tokens": 128}), cost_text({"amount": None})
        ('≥ $0.0066', None)
        >>> cost_text({"amount": "0", "unpriced_tokens": 128})
        'unpriced'
    """
    amount, unpriced = cost.get("amount"), cost.get("unpriced_tokens")
    if unpriced:
        return f"≥ {money(amount)}" if amount is not None and Decimal(amount) else "unpriced"
    return None if amount is None else money(amount)
