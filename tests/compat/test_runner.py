"""Agents of LangGraph and LangChain below our runner: called once, their tools told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from fanlight.runner.capture.items import Event, Hook
from tests.fixtures.runs import MakeAgent, Watched, agents_in, watch

from .conftest import python_with

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

GRAPH = """
import time
from typing import Annotated, TypedDict

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode
from langgraph.types import interrupt


class State(TypedDict):
    messages: Annotated[list, add_messages]


@tool
def search(q: str) -> str:
    "search"
    time.sleep(0.05)
    return f"found {q}"


@tool
def book(q: str) -> str:
    "book"
    time.sleep(0.05)
    return f"booked {q}"


def plan(state):
    calls = [{"name": name, "args": {"q": "train"}, "id": name} for name in ("search", "book")]
    return {"messages": [AIMessage("", tool_calls=calls)]}


def answer(state):
    model = GenericFakeChatModel(messages=iter([AIMessage("take the train")]))
    return {"messages": [AIMessage("".join(str(part.content) for part in model.stream("which?")))]}


async def answer_later(state):
    return {"messages": [AIMessage("later")]}


def ask(state):
    interrupt("may I?")


def built(*nodes):
    graph = StateGraph(State)
    names = [START, *(name for name, _ in nodes), END]
    for name, node in nodes:
        graph.add_node(name, node)
    for before, after in zip(names, names[1:]):
        graph.add_edge(before, after)
    return graph


tools = built(("plan", plan), ("tools", ToolNode([search, book])), ("answer", answer))
remembered = tools.compile(checkpointer=MemorySaver())
awaited = built(("answer", answer_later)).compile()
asking = built(("ask", ask), ("answer", answer))
chain = GenericFakeChatModel(messages=iter([AIMessage("only once")]))
"""


@pytest.fixture(scope="module")
def python() -> Path:
    """An interpreter that has LangGraph."""
    lines = REQUIREMENTS.read_text().splitlines()
    return python_with([line for line in lines if line and not line.startswith("#")])


@pytest.fixture
def make_agent(tmp_path: Path) -> MakeAgent:
    """An agent in a folder of its own."""
    return agents_in(tmp_path)


def seen_of(make_agent: MakeAgent, python: Path, entry: str, adapter: str = "langgraph") -> Watched:
    agent = make_agent(GRAPH, adapter=adapter, entry=f"main:{entry}")
    return watch(agent, {"input": "to Oslo"}, interpreter=python)


@pytest.mark.parametrize("entry", ["remembered", "tools"])
def test_parallel_tools_and_a_streaming_model_in_a_graph(
    make_agent: MakeAgent, python: Path, entry: str
) -> None:
    seen = seen_of(make_agent, python, entry)
    assert (seen.outcome.status, seen.outcome.output) == ("success", "take the train")
    assert seen.outcome.tool_usage == {"search": 1, "book": 1}
    deltas = [
        str(item.value["content"]) for item in seen.items if isinstance(item, Event) and item.type == "delta"
    ]
    assert "".join(deltas) == "take the train"
    ends = [item.arguments for item in seen.items if isinstance(item, Hook) and item.name == "on_tool_end"]
    assert {end["tool_name"]: end["output"] for end in ends} == {
        "search": "found train",
        "book": "booked train",
    }
    assert seen.hooks.count("llm_start") == seen.hooks.count("llm_end") == 1


def test_a_graph_that_can_only_be_awaited_is_awaited(make_agent: MakeAgent, python: Path) -> None:
    assert seen_of(make_agent, python, "awaited").outcome.output == "later"


def test_a_graph_that_asks_somebody_is_suspended(make_agent: MakeAgent, python: Path) -> None:
    seen = seen_of(make_agent, python, "asking")
    assert seen.outcome.status == "suspended"
    (control,) = [item for item in seen.items if isinstance(item, Event) and item.type == "control"]
    assert control.text == (
        '{"type": "control", "status": "suspended", "thread_id": "default_thread", "next_step": ["ask"]}'
    )


def test_a_model_of_langchain_gets_the_text_and_is_called_once(make_agent: MakeAgent, python: Path) -> None:
    assert seen_of(make_agent, python, "chain", "langchain").outcome.output == "only once"
