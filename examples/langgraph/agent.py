"""A graph of langgraph in which a model asks for a tool. The model is scripted: this runs without a key."""

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

import fanlight

fanlight.configure(service_name="stock", instrument="auto")  # finds OpenInference's instrumentation


@tool
def count(item: str) -> int:
    """How many of an item are in stock."""
    return {"umbrella": 3}.get(item, 0)


call = {"name": "count", "args": {"item": "umbrella"}, "id": "call-1"}
used = {"input_tokens": 40, "output_tokens": 8, "total_tokens": 48}
answers = [AIMessage("", tool_calls=[call], usage_metadata=used), AIMessage("Three.", usage_metadata=used)]
model = GenericFakeChatModel(messages=iter(answers))


def clerk(state: MessagesState) -> dict:
    return {"messages": [model.invoke(state["messages"])]}


graph = StateGraph(MessagesState)
graph.add_node("clerk", clerk)
graph.add_node("tools", ToolNode([count]))
graph.add_edge(START, "clerk")
graph.add_conditional_edges("clerk", tools_condition)
graph.add_edge("tools", "clerk")
print(graph.compile(name="stock").invoke({"messages": [("user", "Umbrellas?")]})["messages"][-1].text)
