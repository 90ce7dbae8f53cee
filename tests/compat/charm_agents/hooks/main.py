"""Has every hook called, and fails when it is told to."""

import uuid
from types import SimpleNamespace


def agent(inputs, callbacks=None):
    for handler in callbacks or ():
        first, second = uuid.uuid4(), uuid.uuid4()
        handler.on_agent_action(SimpleNamespace(tool="search", tool_input={"q": "x"}), run_id=uuid.uuid4())
        handler.on_tool_start({"name": "search"}, "x", run_id=first)
        handler.on_tool_end("found", run_id=first)
        handler.on_tool_start({"name": "book"}, "y", run_id=second)
        handler.on_tool_error(LookupError("gone"), run_id=second)
        handler.on_llm_new_token("Hello")
    if inputs.get("fail"):
        raise ValueError("told to")
    return {"status": "success", "output": "done"}
