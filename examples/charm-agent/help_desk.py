"""A shop's help desk: two tools, and an answer that comes word by word. No model: it runs anywhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

ORDERS = {
    "A-7": {"item": "kettle", "price": "39.90", "days": 12},
    "B-2": {"item": "lamp", "price": "24.50", "days": 45},
}
RETURN_DAYS = 30


def find_order(number: str) -> dict[str, Any]:
    """The order of that number. Raises KeyError."""
    return ORDERS[number]


def refund_of(order: dict[str, Any]) -> Decimal:
    """What is given back: all of the price, for so many days."""
    return Decimal(order["price"]) if order["days"] <= RETURN_DAYS else Decimal(0)


def answer(order: str, callbacks: list[Any]) -> dict[str, Any]:
    """What Charm calls: parameters are keys of the input, and `callbacks`."""
    hooks = callbacks[0]
    found = use(hooks, find_order, order)
    refund = use(hooks, refund_of, found)
    print(f"order {order} is {found['days']} days old")
    for word in f"For the {found['item']} you get {refund} back.".split():
        hooks.on_llm_new_token(f"{word} ")
    return {"order": order, "refund": str(refund)}


def use(hooks: Any, tool: Callable[[Any], Any], argument: Any) -> Any:
    """Call a tool, and tell of it what LangChain would."""
    hooks.on_tool_start({"name": tool.__name__}, str(argument))
    try:
        result = tool(argument)
    except Exception as error:
        hooks.on_tool_error(error)
        raise
    hooks.on_tool_end(str(result))
    return result
