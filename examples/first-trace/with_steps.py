"""A run with a tool, a model call and a developer log. The model is not called: put your own call there."""

import fanlight

fanlight.configure(service_name="trips")
with fanlight.run("trip planner", room="lobby", inputs={"city": "Oslo"}) as run:
    with fanlight.span("find trains", kind="tool", inputs={"to": "Oslo"}) as tool:
        tool.output(["18:52", "22:30"])
    with fanlight.span("chat", kind="llm", model="gpt-4o-mini", provider="openai") as call:
        call.tokens(input=212, output=18)
        call.output("Take the night train.")
    fanlight.log("info", {"message": "planned", "trains": 2})
    run.output("Take the night train.")
print(run.id)
