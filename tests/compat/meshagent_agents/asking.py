"""Asks with MeshAgent's own client: a line of stdin is [token, method, arguments], one line answers it."""

import asyncio
import inspect
import json
import sys
from datetime import datetime
from typing import Any

from meshagent.api.client import Meshagent


def plain(answer: Any) -> Any:
    if isinstance(answer, list):
        return [plain(each) for each in answer]
    return answer.model_dump(mode="json") if hasattr(answer, "model_dump") else answer


async def ask(client: Meshagent, method: str, arguments: dict[str, Any]) -> Any:
    times = {name: datetime.fromisoformat(arguments[name]) for name in ("start", "end") if name in arguments}
    asked = getattr(client, method)
    assert inspect.iscoroutinefunction(asked), method
    try:
        return {"answer": plain(await asked(**{**arguments, **times}))}
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}


async def main(url: str) -> None:
    for line in sys.stdin:
        token, method, arguments = json.loads(line)
        async with Meshagent(base_url=url, token=token, consistency="high") as client:
            print(json.dumps(await ask(client, method, arguments)), flush=True)


asyncio.run(main(sys.argv[1]))
