"""Agents of real packages, offline: each is installed from the registry, runs, and is read back whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

import hatch_build
from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from tests.compat.stories import AGENTS, PROJECT, Story, environment, play, read, runs, story
from tests.compat.waiting import once

from .conftest import node_modules_with, python_with

REQUIREMENTS = [
    line
    for line in (AGENTS.parent / "requirements.txt").read_text().splitlines()
    if line[:1] not in ("", "#")
]
NODE_PACKAGES = [
    "@opentelemetry/api@1.9.1",
    "@opentelemetry/exporter-trace-otlp-proto@0.223.1",
    "@opentelemetry/resources@2.12.1",
    "@opentelemetry/sdk-trace-node@2.12.0",
    "ai@6.0.326",
    "zod@4.6.7",
]
VERSIONS = (2, 3, 4, 5, 6)
"""Of pydantic-ai's spans."""

pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def python() -> Path:
    return python_with(REQUIREMENTS)


@pytest.fixture(scope="module")
def node() -> tuple[Path, Path]:
    """Node.js, and a folder with the agents in JavaScript beside the packages that they import."""
    found = hatch_build.find_node()
    if found is None:
        pytest.skip("no Node.js here; make studio installs one")
    place = node_modules_with(NODE_PACKAGES, found)
    for script in AGENTS.glob("*.mjs"):
        shutil.copy(script, place)
    return found.folder / "node", place


@pytest.fixture(scope="module", autouse=True)
def killed(server: DemoServer) -> Story:
    """The run of an agent as it was before it was killed in its tool. First: the run is lost much later."""
    process = subprocess.Popen(
        [sys.executable, AGENTS / "killed.py"],
        env=environment(server, "killed"),
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        with Client(server.studio, None, PROJECT) as client:
            while_it_ran = _when(client, lambda run: run["span_count"] == 3)
        assert process.poll() is None
        process.communicate("go on\n", timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -9
    return while_it_ran


@pytest.fixture(scope="module")
def weather_by_pydantic_ai(python: Path, server: DemoServer) -> None:
    play([python, AGENTS / "pydantic_ai_weather.py", *map(str, VERSIONS)], server, "none")


@pytest.mark.usefixtures("weather_by_pydantic_ai")
@pytest.mark.parametrize("version", VERSIONS)
def test_pydantic_ai_by_every_version_of_its_own_instrumentation(version, client) -> None:
    service = f"pydantic-ai-{version}"
    old = version < 3
    run, tool = ("agent run", "running tool") if old else ("invoke_agent forecaster", "execute_tool weather")
    assert read(client, service, spans=6) == Story(
        {
            "name": run,
            "agent": "forecaster",
            "status": "success",
            "session": "conversation-1",
            "models": ["scripted"],
            "span_count": 6,
            "error_count": 1,
            "llm_count": 3,
            "tool_count": 2,
            "tokens": {"input": 390, "output": 25, "cache_read": 140},
        },
        [
            f"agent '{run}' agent=forecaster model=scripted tokens=390+25",
            "  llm 'chat scripted' agent=forecaster model=scripted tokens=100+10",
            f"  tool '{tool}' agent=forecaster tool=weather error=pydantic_ai.exceptions.ToolRetryError",
            "  llm 'chat scripted' agent=forecaster model=scripted tokens=130+12",
            f"  tool '{tool}' agent=forecaster tool=weather",
            "  llm 'chat scripted' agent=forecaster model=scripted tokens=160+3",
        ],
    )


def test_openai_agents_by_openinference(python, server, client) -> None:
    play([python, AGENTS / "openai_agents_weather.py"], server, "openai-agents")
    assert read(client, "openai-agents", spans=8) == snapshot(
        Story(
            run={
                "name": "Agent workflow",
                "agent": "forecaster",
                "status": "success",
                "session": "conversation-2",
                "user": "user-7",
                "models": ["gpt-4o-2024-08-06"],
                "span_count": 8,
                "llm_count": 2,
                "tool_count": 1,
                "tokens": {"input": 240, "output": 40, "cache_read": 200, "cache_write": 0, "reasoning": 16},
            },
            tree=[
                "agent 'Agent workflow'",
                "  chain 'Agent workflow'",
                "    agent 'forecaster' agent=forecaster",
                "      chain 'turn' agent=forecaster",
                "        llm 'response' agent=forecaster model=gpt-4o-2024-08-06 tokens=120+20",
                "        tool 'weather' agent=forecaster tool=weather",
                "      chain 'turn' agent=forecaster",
                "        llm 'response' agent=forecaster model=gpt-4o-2024-08-06 tokens=120+20",
            ],
        )
    )


def test_langgraph_by_openinference(python, server, client) -> None:
    play([python, AGENTS / "langgraph_weather.py"], server, "langgraph")
    assert read(client, "langgraph", spans=9) == snapshot(
        Story(
            run={
                "name": "weather graph",
                "status": "success",
                "session": "conversation-3",
                "span_count": 9,
                "llm_count": 2,
                "tool_count": 1,
                "tokens": {"input": 210, "output": 15, "cache_read": 80},
            },
            tree=[
                "chain 'weather graph'",
                "  chain 'forecaster'",
                "    llm 'GenericFakeChatModel' tokens=90+11",
                "    chain 'tools_condition'",
                "  chain 'tools'",
                "    tool 'weather' tool=weather",
                "  chain 'forecaster'",
                "    llm 'GenericFakeChatModel' tokens=120+4",
                "    chain 'tools_condition'",
            ],
        )
    )


def test_openai_by_openllmetry(python, server, client) -> None:
    play([python, AGENTS / "traceloop_openai.py"], server, "traceloop")
    assert read(client, "traceloop", spans=3) == snapshot(
        Story(
            run={
                "name": "answer",
                "status": "success",
                "models": ["gpt-4o", "gpt-4o-2024-08-06"],
                "span_count": 3,
                "error_count": 1,
                "llm_count": 2,
                "tokens": {"input": 50, "output": 5, "cache_read": 32, "reasoning": 0},
            },
            tree=[
                "internal 'answer'",
                "  llm 'openai.chat' model=gpt-4o-2024-08-06 tokens=50+5",
                "  llm 'openai.chat' model=gpt-4o error=AuthenticationError",
            ],
        )
    )


def test_logfire_and_its_pending_spans(python, server, client) -> None:
    play([python, AGENTS / "logfire_plain.py"], server, "logfire")
    assert read(client, "logfire", spans=3) == snapshot(
        Story(
            run={
                "name": "plan trip to {city}",
                "status": "success",
                "span_count": 3,
                "error_count": 1,
                "tokens": {},
            },
            tree=[
                "internal 'plan trip to {city}'",
                "  internal 'looking'",
                "  internal 'book' error=ValueError",
            ],
        )
    )


def test_plain_opentelemetry_in_python(python, server, client) -> None:
    play([python, AGENTS / "plain_python.py"], server, "plain-python")
    assert read(client, "plain-python", spans=5) == snapshot(
        Story(
            run={
                "name": "invoke_agent planner",
                "agent": "planner",
                "status": "success",
                "session": "c-4",
                "models": ["claude-sonnet-4-5", "text-embedding-3-small"],
                "span_count": 5,
                "error_count": 1,
                "llm_count": 1,
                "tool_count": 1,
                "tokens": {"input": 1030, "output": 200, "cache_read": 600, "cache_write": 100},
            },
            tree=[
                "agent 'invoke_agent planner' agent=planner tokens=1030+200",
                "  llm 'chat claude-sonnet-4-5' agent=planner model=claude-sonnet-4-5 tokens=1000+200",
                "  tool 'execute_tool search' agent=planner tool=search error=TimeoutError",
                "  embedding 'embeddings' agent=planner model=text-embedding-3-small tokens=30+0",
                "  io 'GET' agent=planner",
            ],
        )
    )


def test_plain_opentelemetry_in_javascript(node, server, client) -> None:
    executable, place = node
    play([executable, place / "plain_javascript.mjs"], server, "plain-javascript")
    assert read(client, "plain-javascript", spans=3) == snapshot(
        Story(
            run={
                "name": "invoke_agent planner",
                "agent": "planner",
                "status": "success",
                "session": "c-5",
                "models": ["gpt-4o"],
                "span_count": 3,
                "error_count": 1,
                "llm_count": 1,
                "tool_count": 1,
                "tokens": {"input": 12, "output": 3},
            },
            tree=[
                "agent 'invoke_agent planner' agent=planner",
                "  llm 'chat gpt-4o' agent=planner model=gpt-4o tokens=12+3",
                "  tool 'execute_tool search' agent=planner tool=search error=RangeError",
            ],
        )
    )


def test_the_ai_sdk_in_javascript(node, server, client) -> None:
    executable, place = node
    play([executable, place / "ai_sdk.mjs"], server, "ai-sdk")
    assert read(client, "ai-sdk", spans=4) == snapshot(
        Story(
            run={
                "name": "ai.generateText",
                "agent": "forecaster",
                "status": "success",
                "session": "conversation-6",
                "user": "user-7",
                "models": ["gpt-4o"],
                "span_count": 4,
                "llm_count": 2,
                "tool_count": 1,
                "tokens": {"input": 240, "output": 24, "cache_read": 160, "cache_write": 0, "reasoning": 5},
            },
            tree=[
                "chain 'ai.generateText' agent=forecaster model=gpt-4o tokens=240+24",
                "  llm 'ai.generateText.doGenerate' agent=forecaster model=gpt-4o tokens=100+20",
                "  tool 'ai.toolCall' agent=forecaster tool=weather",
                "  llm 'ai.generateText.doGenerate' agent=forecaster model=gpt-4o tokens=140+4",
            ],
        )
    )


def test_a_process_that_is_killed_leaves_what_ended_and_open_spans_that_are_lost(killed, client) -> None:
    assert killed == Story(
        {
            "name": "invoke_agent planner",
            "agent": "planner",
            "status": "running",
            "models": ["gpt-4o"],
            "span_count": 3,
            "llm_count": 1,
            "tool_count": 1,
            "tokens": {"input": 10, "output": 2},
        },
        [
            "agent 'invoke_agent planner' agent=planner state=open",
            "  llm 'chat gpt-4o' agent=planner model=gpt-4o tokens=10+2",
            "  tool 'execute_tool search' agent=planner tool=search state=open",
        ],
    )
    assert _when(client, lambda run: run["status"] == "lost") == Story(
        {
            "name": "invoke_agent planner",
            "agent": "planner",
            "status": "lost",
            "models": ["gpt-4o"],
            "span_count": 3,
            "llm_count": 1,
            "tool_count": 1,
            "tokens": {"input": 10, "output": 2},
        },
        [
            "agent 'invoke_agent planner' agent=planner state=lost",
            "  llm 'chat gpt-4o' agent=planner model=gpt-4o tokens=10+2",
            "  tool 'execute_tool search' agent=planner tool=search state=lost",
        ],
    )


def _when(client: Client, ready) -> Story:
    """The story of `killed` once its run is `ready`; its process is given up on within a minute."""
    [run] = once(lambda: runs(client, "killed"), lambda found: len(found) == 1 and ready(found[0]))
    return story(client, run)
