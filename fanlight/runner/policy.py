"""What charm.yaml allows a run: money and steps, watched while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from fanlight.runner.capture.items import Event, Hook, Item
from fanlight.runner.definition import Policies
from fanlight.sdk import prices
from fanlight.sdk.usage import Usage
from fanlight.sdk.usage_event import read_stdout


class Policy:
    """Judges one run. `verdict` is why it has to stop, empty as long as it may go on."""

    def __init__(self, policies: Policies) -> None:
        self.budget_usd = Decimal(str(policies.budget_limit)) if policies.budget_limit else None
        self._max_steps = policies.given_max_steps
        self._unpriced: list[Usage] = []
        self._known: set[str] = set()
        self._reported = Decimal(0)
        self.spent_usd = Decimal(0)
        self.steps = 0
        if self.budget_usd is not None:
            prices.load()

    @property
    def verdict(self) -> str:
        """Why the run has to stop."""
        if self._max_steps is not None and self.steps > self._max_steps:
            return f"the run took more than {self._max_steps} steps (policies.max_steps)"
        if self.budget_usd is None:
            return ""
        self._price()
        spent = max(self.spent_usd, self._reported)
        if spent > self.budget_usd:
            return f"the run cost {spent:.6f} of {self.budget_usd} USD (policies.budget_limit)"
        return ""

    def see(self, item: Item) -> None:
        """Count what `item` says of steps and usage."""
        if isinstance(item, Hook):
            self.steps += item.name == "on_tool_start"
            if item.name == "llm_end":
                self._use(item.arguments.get("model"), item.arguments.get("usage") or {}, None)
        elif isinstance(item, Event) and item.type == "usage":
            found = read_stdout(item.value)
            if (known := found.get("id")) is not None and str(known) in self._known:
                return
            self._known.add(str(known))
            currency = found.get("currency") or "USD"
            self._use(found.get("model"), found, _amount(found.get("cost")) if currency == "USD" else None)

    def told(self, cost_usd: Decimal) -> None:
        """What the server makes of all the run's spans, which it sees more of."""
        self._reported = max(self._reported, cost_usd)

    def _use(self, model: Any, counts: Mapping[str, Any], cost: Decimal | None) -> None:
        usage = Usage(
            provider=str(counts.get("provider") or ""),
            model=str(model or ""),
            tokens_input=_count(counts.get("tokens_input", counts.get("input_tokens"))),
            tokens_output=_count(counts.get("tokens_output", counts.get("output_tokens"))),
            reported=cost,
        )
        self._unpriced.append(usage)

    def _price(self) -> None:
        if not self._unpriced or not prices.are_loaded():
            return
        waiting, self._unpriced = self._unpriced, []
        self.spent_usd += sum((prices.price_of(usage) or Decimal(0) for usage in waiting), Decimal(0))


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _amount(value: Any) -> Decimal | None:
    """US dollars that an event claims; what is negative or endless is no claim."""
    if type(value) not in (int, float, str):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
