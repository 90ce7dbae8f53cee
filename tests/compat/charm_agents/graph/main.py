"""A graph with two tools at once and a model that streams."""

import time
from typing import Annotated, TypedDict

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import MemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.prebuilt import ToolNode


class State(TypedDict):
    messages: Annotated[list, add_messages]


@tool
def search(q: str) -> str:
    """Search."""
    time.sleep(0.1)
    return f"found {q}"


@tool
def book(q: str) -> str:
    """Book."""
    time.sleep(0.2)
    return f"booked {q}"


def plan(state):
    calls = [{"name": name, "args": {"q": "train"}, "id": name} for name in ("search", "book")]
    return {"messages": [AIMessage("", tool_calls=calls)]}


def answer(state):
    model = GenericFakeChatModel(messages=iter([AIMessage("take the train")]))
    return {"messages": [AIMessage("".join(str(part.content) for part in model.stream("which?")))]}


graph = StateGraph(State)
graph.add_node("plan", plan)
graph.add_node("tools", ToolNode([search, book]))
graph.add_node("answer", answer)
graph.add_edge(START, "plan")
graph.add_edge("plan", "tools")
graph.add_edge("tools", "answer")
graph.add_edge("answer", END)
agent = graph.compile(checkpointer=MemorySaver())
