"""Unit prices for a guard: `genai-prices` when it is installed, loaded beside the agent."""

from __future__ import annotations

import importlib
import threading
from decimal import Decimal
from types import ModuleType

from fanlight.sdk.usage import Usage

_loaded = threading.Event()
_library: ModuleType | None = None
_loading = threading.Lock()
_is_loading = False


def load() -> None:
    """Begin to load the prices: most of a second, in a thread of its own."""
    global _is_loading
    with _loading:
        if _is_loading:
            return
        _is_loading = True
    try:
        threading.Thread(target=_load, name="fanlight-prices", daemon=True).start()
    except RuntimeError:
        # No thread can be started any more: no prices, and the server's verdict holds.
        _loaded.set()


def are_loaded(timeout_s: float = 0.0) -> bool:
    """Whether loading is over; it may have found nothing."""
    return _loaded.wait(timeout_s) if timeout_s else _loaded.is_set()


def price_of(usage: Usage) -> Decimal | None:
    """US dollars for one call: what it claims, else by its model's price; None when nobody knows."""
    if usage.reported is not None:
        return usage.reported
    if _library is None or not usage.model:
        return None
    tokens = _library.Usage(
        input_tokens=usage.tokens_input,
        output_tokens=usage.tokens_output,
        cache_read_tokens=usage.tokens_cache_read or None,
        cache_write_tokens=usage.tokens_cache_write or None,
    )
    for provider in (usage.provider or None, None):
        try:
            found = _library.calc_price(tokens, model_ref=usage.model, provider_id=provider)
        except LookupError:
            continue
        return Decimal(found.total_price)
    return None


def _load() -> None:
    global _library
    try:
        _library = importlib.import_module("genai_prices")
    except ImportError:
        return
    finally:
        _loaded.set()
