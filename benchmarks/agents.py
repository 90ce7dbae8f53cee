"""What the simulated agents do: one run is a tree of spans with attributes, told in one of two dialects.

The shape follows real agents. A model call repeats the whole conversation so far, so most of what is sent
was sent before; tools and retrievers add what is new; one tool call in twenty-five fails.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from benchmarks.words import COMMON_WORD, Prose

Attributes = dict[str, Any]
Message = tuple[str, str]

MODELS = (
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("anthropic", "claude-sonnet-4-5"),
    ("google", "gemini-2.5-flash"),
)
TOOLS = (
    "search_web",
    "get_weather",
    "read_file",
    "run_sql",
    "send_mail",
    "book_hotel",
    "calculate",
    "list_events",
)
SERVICES = ("planner", "researcher", "support", "coder", "analyst", "concierge")
ERRORS = (
    ("TimeoutError", "no answer after 30 s"),
    ("HTTPStatusError", "server said 502"),
    ("ValueError", "no such city"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much the agents say. Sizes are bytes of text."""

    name: str
    question: tuple[int, int]
    """What the user asks, a pasted document included."""
    history: int
    """Most that a model call repeats of its conversation besides the question."""
    answer: tuple[int, int]
    result: tuple[int, int]
    system: int


PLAIN = Shape(
    name="6.5 KB", question=(300, 10_400), history=7_000, answer=(60, 500), result=(80, 700), system=2_000
)
SMALL = Shape(
    name="2.4 KB", question=(200, 1_300), history=1_200, answer=(50, 400), result=(60, 450), system=420
)


@dataclass(slots=True, kw_only=True)
class Step:
    """One span before it is encoded: its place in the run, its parent's, and what it says. Times in ns."""

    index: int
    parent: int | None
    name: str
    kind: int
    start_ns: int
    end_ns: int = 0
    attributes: Attributes = field(default_factory=dict)
    error: tuple[str, str] | None = None


class Agent:
    """Makes runs. The same seed makes the same runs."""

    def __init__(self, rng: random.Random, shape: Shape) -> None:
        self._rng = rng
        self._prose = Prose(rng)
        self._shape = shape
        self._systems = {name: f"You are {name}. " + self._prose.text(shape.system) for name in SERVICES}
        self.users = [f"{self._prose.name()}-{number}" for number in range(500)]
        definitions = [
            {"type": "function", "name": tool, "description": self._prose.text(60)} for tool in TOOLS
        ]
        self._definitions = json.dumps(definitions[:4])

    def run(self, start_ns: int, *, spans: int | None = None) -> tuple[str, list[Step]]:
        """One run: the service it ran in, and its spans, parents first."""
        rng = self._rng
        count = spans or min(60, max(8, int(rng.lognormvariate(3.35, 0.5))))
        service = rng.choice(SERVICES)
        return service, _Run(self, service, start_ns, count).steps

    def amount(self, bounds: tuple[int, int]) -> int:
        """A size between the bounds, small ones more often."""
        low, high = bounds
        return int(low * (high / low) ** self._rng.random())


class _Run:
    def __init__(self, agent: Agent, service: str, start_ns: int, count: int) -> None:
        self._agent, self._rng, self._prose = agent, agent._rng, agent._prose
        self._now = start_ns
        self._tell: type[_GenAI] | type[_OpenInference] = self._rng.choice((_GenAI, _OpenInference))
        self._provider, self._model = self._rng.choice(MODELS)
        self._session = f"conv-{self._rng.getrandbits(40):010x}"
        self._user = self._rng.choice(agent.users)
        self._service = service
        self._history: list[Message] = []
        self.steps: list[Step] = []
        self._work(count)

    def _work(self, count: int) -> None:
        question = self._prose.text(self._agent.amount(self._agent._shape.question))
        question += f" What is the {COMMON_WORD} there?"
        self._history.append(("user", question))
        root = self._open(f"invoke_agent {self._service}", None)
        while len(self.steps) < count:
            room = count - len(self.steps)
            if room >= 8 and self._rng.random() < 0.15:
                self._delegate(root, self._rng.randint(4, min(12, room)))
            else:
                self._turn(root, room)
        answer = self._history[-1][1]
        self._close(root, self._tell.agent(self, self._service, question, answer))

    def _delegate(self, parent: int, count: int) -> None:
        name = self._rng.choice(SERVICES)
        end = len(self.steps) + count
        inner = self._open(f"invoke_agent {name}", parent)
        while len(self.steps) < end:
            self._turn(inner, end - len(self.steps))
        self._close(inner, self._tell.agent(self, name, self._history[0][1], self._history[-1][1]))

    def _turn(self, parent: int, room: int) -> None:
        self._call_model(parent)
        for _ in range(min(room - 1, self._rng.choice((0, 1, 1, 1, 2, 3)))):
            if self._rng.random() < 0.2:
                self._retrieve(parent)
            else:
                self._use_tool(parent)

    def _call_model(self, parent: int) -> None:
        seen = self._recent()
        answer = self._prose.text(self._agent.amount(self._agent._shape.answer))
        at = self._open(f"chat {self._model}", parent, kind=3)
        self._now += self._rng.randint(200_000_000, 2_500_000_000)
        self._close(at, self._tell.llm(self, seen, answer))
        self._history.append(("assistant", answer))

    def _use_tool(self, parent: int) -> None:
        tool = self._rng.choice(TOOLS)
        arguments = json.dumps({"query": self._prose.text(60), "limit": self._rng.randint(1, 50)})
        at = self._open(f"execute_tool {tool}", parent)
        self._now += self._rng.randint(5_000_000, 800_000_000)
        failed = self._rng.choice(ERRORS) if self._rng.random() < 0.04 else None
        result = failed[1] if failed else self._prose.text(self._agent.amount(self._agent._shape.result))
        self._close(at, self._tell.tool(self, tool, arguments, result), failed)
        self._history.append(("tool", result))

    def _retrieve(self, parent: int) -> None:
        at = self._open("retrieve documents", parent, kind=3)
        self._now += self._rng.randint(5_000_000, 200_000_000)
        found = [self._prose.text(self._agent.amount(self._agent._shape.result) // 3) for _ in range(3)]
        self._close(at, self._tell.retriever(self, self._prose.text(60), found))
        self._history.append(("tool", "\n".join(found)))

    def _recent(self) -> list[Message]:
        """The question and the newest messages that fit what a model call repeats, oldest first."""
        left, taken = self._agent._shape.history, []
        for message in reversed(self._history[1:]):
            left -= len(message[1])
            if left < 0:
                break
            taken.append(message)
        return [self._history[0], *reversed(taken)]

    def _open(self, name: str, parent: int | None, kind: int = 1) -> int:
        self._now += self._rng.randint(10_000, 2_000_000)
        index = len(self.steps)
        self.steps.append(Step(index=index, parent=parent, name=name, kind=kind, start_ns=self._now))
        return index

    def _close(self, at: int, attributes: Attributes, error: tuple[str, str] | None = None) -> None:
        step = self.steps[at]
        step.end_ns = self._now = self._now + self._rng.randint(10_000, 1_000_000)
        step.attributes = attributes
        step.error = error


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


class _GenAI:
    """OpenTelemetry's GenAI conventions."""

    @staticmethod
    def _common(run: _Run, operation: str) -> Attributes:
        return {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": run._provider,
            "gen_ai.conversation.id": run._session,
            "user.id": run._user,
        }

    @classmethod
    def agent(cls, run: _Run, name: str, question: str, answer: str) -> Attributes:
        return cls._common(run, "invoke_agent") | {
            "gen_ai.agent.name": name,
            "gen_ai.agent.id": f"{name}-v3",
            "gen_ai.request.model": run._model,
            "gen_ai.input.messages": _parts([("user", question)]),
            "gen_ai.output.messages": _parts([("assistant", answer)]),
        }

    @classmethod
    def llm(cls, run: _Run, seen: list[Message], answer: str) -> Attributes:
        return cls._common(run, "chat") | {
            "gen_ai.request.model": run._model,
            "gen_ai.response.model": run._model,
            "gen_ai.response.id": f"resp_{run._rng.getrandbits(64):016x}",
            "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.request.temperature": 0.2,
            "gen_ai.request.max_tokens": 4096,
            "gen_ai.request.stream": True,
            "gen_ai.usage.input_tokens": _tokens("".join(text for _, text in seen)),
            "gen_ai.usage.output_tokens": _tokens(answer),
            "gen_ai.usage.cache_read.input_tokens": 128,
            "server.address": f"api.{run._provider}.com",
            "server.port": 443,
            "gen_ai.system_instructions": run._agent._systems[run._service],
            "gen_ai.tool.definitions": run._agent._definitions,
            "gen_ai.input.messages": _parts(seen),
            "gen_ai.output.messages": _parts([("assistant", answer)]),
        }

    @classmethod
    def tool(cls, run: _Run, name: str, arguments: str, result: str) -> Attributes:
        return cls._common(run, "execute_tool") | {
            "gen_ai.tool.name": name,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": f"call_{run._rng.getrandbits(64):016x}",
            "gen_ai.tool.call.arguments": arguments,
            "gen_ai.tool.call.result": result,
        }

    @classmethod
    def retriever(cls, run: _Run, query: str, found: list[str]) -> Attributes:
        return cls._common(run, "retrieval") | {
            "gen_ai.data_source.id": "handbook",
            "gen_ai.retrieval.query.text": query,
            "gen_ai.retrieval.documents": json.dumps(
                [{"id": f"d{n}", "content": t} for n, t in enumerate(found)]
            ),
        }


class _OpenInference:
    """OpenInference's flattened attributes."""

    @staticmethod
    def _common(run: _Run, kind: str, given: str, answer: str) -> Attributes:
        return {
            "openinference.span.kind": kind,
            "session.id": run._session,
            "user.id": run._user,
            "input.value": given,
            "input.mime_type": "text/plain",
            "output.value": answer,
            "output.mime_type": "text/plain",
        }

    @classmethod
    def agent(cls, run: _Run, name: str, question: str, answer: str) -> Attributes:
        return cls._common(run, "AGENT", question, answer) | {"agent.name": name, "graph.node.id": name}

    @classmethod
    def llm(cls, run: _Run, seen: list[Message], answer: str) -> Attributes:
        messages = [("system", run._agent._systems[run._service]), *seen]
        flat: Attributes = {}
        for number, (role, text) in enumerate(messages):
            flat[f"llm.input_messages.{number}.message.role"] = role
            flat[f"llm.input_messages.{number}.message.content"] = text
        said, given = _tokens(answer), _tokens("".join(text for _, text in messages))
        return cls._common(run, "LLM", seen[-1][1], answer) | flat | {
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.content": answer,
            "llm.model_name": run._model,
            "llm.provider": run._provider,
            "llm.system": run._provider,
            "llm.invocation_parameters": '{"temperature": 0.2, "max_tokens": 4096, "stream": true}',
            "llm.token_count.prompt": given,
            "llm.token_count.completion": said,
            "llm.token_count.total": given + said,
            "llm.token_count.prompt_details.cache_read": 128,
            "llm.tools": run._agent._definitions,
        }  # fmt: skip

    @classmethod
    def tool(cls, run: _Run, name: str, arguments: str, result: str) -> Attributes:
        return cls._common(run, "TOOL", arguments, result) | {
            "tool.name": name,
            "tool.id": f"call_{run._rng.getrandbits(64):016x}",
            "tool.parameters": arguments,
        }

    @classmethod
    def retriever(cls, run: _Run, query: str, found: list[str]) -> Attributes:
        flat: Attributes = {}
        for number, text in enumerate(found):
            flat[f"retrieval.documents.{number}.document.id"] = f"d{number}"
            flat[f"retrieval.documents.{number}.document.content"] = text
            flat[f"retrieval.documents.{number}.document.score"] = 1 / (number + 1)
        return cls._common(run, "RETRIEVER", query, found[0]) | flat


def _parts(messages: list[Message]) -> str:
    return json.dumps(
        [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in messages]
    )


def side_by_side(agent: Agent, *, at_least: int, concurrent: int) -> list[tuple[int, str, Step]]:
    """Spans of `concurrent` runs at once, in the order in which they end: (run number, service, span).

    Runs are begun until there are `at_least` spans; one of them has exactly 60. The order is that of
    exporters, which send a span when it ends: children before parents, runs torn over several requests.
    """
    made: list[tuple[int, int, str, Step]] = []
    lanes = [0] * concurrent
    number = 0
    while len(made) < at_least:
        lane = number % concurrent
        service, steps = agent.run(lanes[lane], spans=60 if number == concurrent else None)
        lanes[lane] = steps[0].end_ns
        made.extend((step.end_ns, number, service, step) for step in steps)
        number += 1
    made.sort(key=lambda item: item[0])
    return [(number, service, step) for _, number, service, step in made]
