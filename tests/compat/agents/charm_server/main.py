"""An agent that streams, fails on demand, and knows a secret that nobody may see."""

from __future__ import annotations

import os
from typing import Any


def agent(inputs: dict[str, Any], callbacks: Any = None) -> str:
    """Says the message again."""
    token = os.environ.get("TOKEN", "")
    print("my token is", token)
    if inputs.get("fail"):
        raise ValueError(f"no luck with {token}")
    for handler in callbacks or []:
        for number in range(inputs.get("pieces", 0)):
            handler.on_llm_new_token(f"{number} ")
    return f"{inputs.get('message')}, and a token of {len(token)} characters"
