"""A travel agent made with pydantic-ai, traced by pydantic-ai's own OpenTelemetry instrumentation.

Its models play their parts from a script, so it runs offline: two turns of one conversation, three tools, a
hand-over to a second agent and a structured answer. They go by the names of real ones: the planner's has a
published price, the guide's runs on one's own machine and has none.
"""

from __future__ import annotations

import asyncio

from pydantic import BaseModel
from pydantic_ai import Agent, ModelRetry, RunContext
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    RetryPromptPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel

import fanlight
from fanlight.cli.demo.manifest import Recorder
from fanlight.sdk.providers import active


class Trip(BaseModel):
    """What the planner answers with."""

    city: str
    by: str
    days: int
    price_eur: float


SCRIPT: tuple[tuple[str, dict[str, object]], ...] = (
    ("weather", {"city": "Oslo"}),
    ("trains", {"start": "Hamburg", "end": "Oslo", "day": "someday"}),
    ("trains", {"start": "Hamburg", "end": "Oslo", "day": "friday"}),
    ("ask_guide", {"city": "Oslo"}),
)


def scripted(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """The model: the next call of the script, and the answer once the script is played."""
    played = sum(isinstance(part, ToolReturnPart | RetryPromptPart) for part in _latest(messages))
    if played < len(SCRIPT):
        name, arguments = SCRIPT[played]
        return ModelResponse(parts=[ToolCallPart(name, arguments)])
    answer = {"city": "Oslo", "by": "night train", "days": 3, "price_eur": 214.5}
    return ModelResponse(parts=[ToolCallPart(info.output_tools[0].name, answer)])


def _latest(messages: list[ModelMessage]) -> list[object]:
    """The parts since the traveller last spoke."""
    parts = [part for message in messages for part in message.parts]
    spoke = max(index for index, part in enumerate(parts) if isinstance(part, UserPromptPart))
    return list(parts[spoke + 1 :])


class HostedModel(FunctionModel):
    """The planner's model."""

    _system = "openai"


class LocalModel(TestModel):
    """The guide's model."""

    _system = "ollama"


planner = Agent(
    HostedModel(scripted, model_name="gpt-4o"),
    name="trip planner",
    output_type=Trip,
    instructions="Plan trips by train. Ask the guide about the city.",
)
guide = Agent(
    LocalModel(custom_output_text="Walk up to the fortress at noon.", model_name="llama3.2"),
    name="city guide",
    instructions="Tell one thing worth seeing.",
)


@planner.tool_plain
async def weather(city: str) -> str:
    """The weather of the weekend in a city."""
    await asyncio.sleep(0.03)
    return f"{city}: clear, 4 degrees"


@planner.tool_plain(retries=2)
async def trains(start: str, end: str, day: str) -> list[str]:
    """Trains between two cities on a day of the week."""
    await asyncio.sleep(0.05)
    if day not in {"friday", "saturday", "sunday"}:
        raise ModelRetry(f"{day!r} is no day of the week")
    return [f"{start} 18:52 → {end} 11:07", f"{start} 22:30 → {end} 14:15"]


@planner.tool
async def ask_guide(context: RunContext[object], city: str) -> str:
    """Hand over to the guide."""
    told = await guide.run(f"What should one see in {city}?", usage=context.usage)
    return told.output


async def converse() -> None:
    """Two turns of one conversation."""
    with fanlight.run("travel desk", room="front-desk", session="trip-1", inputs="a weekend in Oslo") as run:
        first = await planner.run("A weekend in Oslo, please.")
        fanlight.log("info", {"message": "first proposal", "price_eur": first.output.price_eur})
        second = await planner.run("Can it be cheaper?", message_history=first.all_messages())
        run.output(second.output.model_dump())


def main() -> None:
    """Configure, converse, send everything."""
    fanlight.configure(service_name="trip-planner")
    providers = active()
    recorder = Recorder()
    if providers:
        recorder.watch(providers.traces, providers.logs)
    Agent.instrument_all()
    asyncio.run(converse())
    fanlight.flush()
    recorder.write()


if __name__ == "__main__":
    main()
