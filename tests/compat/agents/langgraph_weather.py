"""A graph of langgraph: a model that calls a tool and then answers; seen by OpenInference."""

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from openinference.instrumentation import using_session
from openinference.instrumentation.langchain import LangChainInstrumentor
from provider import tracer_provider

provider = tracer_provider()
LangChainInstrumentor().instrument(tracer_provider=provider)


def usage(read: int, wrote: int, cached: int) -> dict:
    return {
        "input_tokens": read, "output_tokens": wrote, "total_tokens": read + wrote,
        "input_token_details": {"cache_read": cached},
    }  # fmt: skip


call = {"name": "weather", "args": {"city": "Berlin"}, "id": "call-1"}
model = GenericFakeChatModel(
    messages=iter([
        AIMessage("", tool_calls=[call], usage_metadata=usage(90, 11, 0)),
        AIMessage("Sunny.", usage_metadata=usage(120, 4, 80)),
    ])
)  # fmt: skip


@tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


def forecaster(state: MessagesState) -> dict:
    return {"messages": [model.invoke(state["messages"])]}


graph = StateGraph(MessagesState)
graph.add_node("forecaster", forecaster)
graph.add_node("tools", ToolNode([weather]))
graph.add_edge(START, "forecaster")
graph.add_conditional_edges("forecaster", tools_condition)
graph.add_edge("tools", "forecaster")
with using_session("conversation-3"):
    print(
        graph.compile(name="weather graph").invoke({"messages": [("user", "Weather?")]})["messages"][-1].text
    )
provider.shutdown()
