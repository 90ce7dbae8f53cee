"""Says again what it is told, by a tool that it reports itself."""

import uuid


def agent(inputs, callbacks=None):
    said = str(inputs["input"])
    for handler in callbacks or ():
        call = uuid.uuid4()
        handler.on_tool_start({"name": "look up"}, said, run_id=call)
        handler.on_tool_end(f"found {said}", run_id=call)
    print("thinking about", said)
    return {"status": "success", "output": f"again: {said}"}
