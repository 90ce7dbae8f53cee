"""How agents of each type are called: once, with what they ask for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fanlight.runner.child import adapters, entry

HANDLER = object()


def called(code: str, inputs: dict[str, Any]) -> Any:
    """What the `agent` that `code` defines returns."""
    found: dict[str, Any] = {}
    exec(code, found)
    return entry.call(found["agent"], inputs, [HANDLER])


@pytest.mark.parametrize(
    ("code", "returned"),
    [
        ("def agent(inputs): return inputs['a']", 1),
        ("def agent(a, b=5): return a + b", 3),
        ("def agent(a, c=5): return a + c", 6),
        ("def agent(**given): return sorted(given)", ["a", "b", "callbacks"]),
        ("def agent(a, **given): return [a, sorted(given)]", [1, ["b", "callbacks"]]),
        ("def agent(inputs, callbacks): return [inputs, len(callbacks)]", [{"a": 1, "b": 2}, 1]),
        ("async def agent(a): return a", 1),
        ("class agent:\n    def invoke(self, inputs, callbacks=None): return inputs['a']", 1),
        ("class A:\n    async def run(self, b): return b\nagent = A()", 2),
        ("class A:\n    def __call__(self, b): return b\nagent = A()", 2),
        ("def agent(payload): return payload['b']", 2),
        ("def agent(): return [1]", [1]),
        ("def agent(a, /, *, b): return a * b", 2),
        ("agent = lambda a: a", 1),
        ("from functools import partial\nagent = partial(lambda x, b: [x, b], 'x')", ["x", 2]),
    ],
)
def test_an_agent_gets_what_it_asks_for_by_name(code: str, returned: Any) -> None:
    assert called(code, {"a": 1, "b": 2}) == returned


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("def agent(city, town): pass", "the agent asks for city, town, which the input does not have"),
        ("def agent(inputs, city): pass", "the agent asks for city, which the input does not have"),
        ("agent = 3", "int is no function and has no invoke() or run()"),
    ],
)
def test_an_agent_that_cannot_be_called_is_said(code: str, message: str) -> None:
    with pytest.raises(entry.EntryError) as caught:
        called(code, {"a": 1})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("json", 'entry_point "json" names no attribute; write "module:attribute"'),
        ("no_such_module_here:x", 'entry_point names the module "no_such_module_here", which is not in'),
        ("json:nothing", "\"json\" has no 'nothing'; it has JSONDecodeError"),
    ],
)
def test_an_entry_point_that_is_not_there_is_said(name: str, message: str) -> None:
    with pytest.raises(entry.EntryError) as caught:
        entry.load(name)
    assert str(caught.value).startswith(message)


def test_an_entry_point_may_be_nested_or_a_file() -> None:
    import json.decoder

    assert entry.load("json.decoder:JSONDecoder.decode") is json.decoder.JSONDecoder.decode
    assert entry.load("json/decoder.py:JSONDecoder") is json.decoder.JSONDecoder


class Chain:
    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls: list[Any] = []

    def invoke(self, given: Any, config: Any) -> Any:
        self.calls.append((given, config["callbacks"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("answer", "output"),
    [
        ({"output": "o", "text": "t"}, "o"),
        ({"text": "t"}, "t"),
        ({"result": SimpleNamespace(type="ai", content="c")}, "c"),
        (SimpleNamespace(type="ai", content="c"), "c"),
        ({"messages": [SimpleNamespace(type="ai", content="last")]}, "last"),
        ({"other": 1}, {"other": 1}),
        ("plain", "plain"),
    ],
)
def test_the_answer_of_a_chain(answer: Any, output: Any) -> None:
    chain = Chain(answer)
    assert adapters.invoke_langchain(chain, {"q": 1}, HANDLER, {}) == {"status": "success", "output": output}
    assert chain.calls == [({"q": 1}, [HANDLER])]


def test_a_chain_that_fails_is_not_called_again_and_its_error_is_the_runs() -> None:
    chain = Chain(ValueError("nope"))
    with pytest.raises(ValueError, match="nope"):
        adapters.invoke_langchain(chain, {}, HANDLER, {})
    assert len(chain.calls) == 1


def test_a_crew_and_whoever_makes_one() -> None:
    agent = SimpleNamespace(callbacks=[], llm=SimpleNamespace(callbacks=None))
    crew = SimpleNamespace(agents=[agent], kickoff=lambda inputs: SimpleNamespace(raw=f"crew {inputs['q']}"))
    for target in (crew, lambda: crew, lambda: SimpleNamespace(crew=lambda: crew)):
        agent.callbacks.clear()
        assert adapters.invoke_crewai(target, {"q": 1}, HANDLER, {}) == {
            "status": "success",
            "output": "crew 1",
        }
        assert (agent.callbacks, agent.llm.callbacks) == ([HANDLER], [HANDLER])
        agent.llm.callbacks = None


class Graph:
    """A graph without a checkpointer: its state cannot be asked for."""

    checkpointer, nodes, channels = None, {}, {"messages": 1, "city": 1}

    def invoke(self, given: Any, config: Any) -> Any:
        self.seen = given, config
        return {"messages": ["done"]}

    def get_state(self, config: Any) -> Any:
        raise ValueError("No checkpointer set")


def test_a_graph_without_a_checkpointer_is_not_asked_for_its_state() -> None:
    graph = Graph()
    given = {"input": "hi", "city": "Oslo", "other": 1, "__charm_thread_id__": "t9"}
    result = adapters.invoke_langgraph(graph, given, HANDLER, {"max_steps": None})
    assert result == {"status": "success", "output": "done"}
    assert graph.seen == (
        {"city": "Oslo", "messages": [("user", "hi")]},
        {"callbacks": [HANDLER], "recursion_limit": 50, "configurable": {"thread_id": "t9"}},
    )


def test_max_steps_widen_a_graphs_own_limit_and_never_narrow_it() -> None:
    for steps, limit in ((3, 50), (100, 201)):
        graph = Graph()
        adapters.invoke_langgraph(graph, {}, HANDLER, {"max_steps": steps})
        assert graph.seen[1]["recursion_limit"] == limit


def test_an_answer_that_is_charms_own_result_stays() -> None:
    own = {"status": "suspended", "thread_id": "t"}
    assert adapters.result_of(own) is own
    assert adapters.result_of({"status": "sunny"}) == {"status": "success", "output": {"status": "sunny"}}
