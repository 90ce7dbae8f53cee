"""Coding agents: their log records over HTTP, as the tools send them, and the runs that they become."""

from __future__ import annotations

import json
import time

import httpx
from inline_snapshot import snapshot

from fanlight.cli.client import Client
from fanlight.cli.demo.server import DemoServer
from tests.compat.stories import PROJECT, Story, runs, story
from tests.compat.waiting import once
from tests.fixtures import coding_agents


def send(server: DemoServer, service: str, records: list[coding_agents.Record]) -> None:
    body = json.dumps(coding_agents.request(service, records))
    headers = {"content-type": "application/json", "x-fanlight-project": PROJECT}
    assert httpx.post(f"{server.otlp}/v1/logs", content=body, headers=headers, timeout=30).status_code == 200


def stories(client: Client, service: str, *, prompts: int, spans: int) -> list[Story]:
    """The runs of `service` once there are so many and they have so many spans together."""
    found = once(
        lambda: runs(client, service),
        lambda found: len(found) == prompts and sum(run["span_count"] for run in found) == spans,
    )
    return [story(client, run) for run in found]


def test_claude_code(server, client) -> None:
    records = coding_agents.claude_code(time.time_ns() - 100 * coding_agents.SECOND_NS)
    send(server, "claude-code", records)
    assert stories(client, "claude-code", prompts=2, spans=9) == snapshot(
        [
            Story(
                run={
                    "name": "claude-code prompt",
                    "agent": "claude-code",
                    "status": "success",
                    "session": "7f7f2c54-8f43-4d0f-9d2f-3c1b7d1a9e11",
                    "user": "dev@example.org",
                    "models": ["claude-opus-4-5"],
                    "span_count": 7,
                    "error_count": 1,
                    "llm_count": 3,
                    "tool_count": 2,
                    "tokens": {"input": 36000, "output": 290, "cache_read": 33600, "cache_write": 400},
                },
                tree=[
                    "agent 'claude-code prompt' agent=claude-code",
                    "  llm 'chat claude-opus-4-5' agent=claude-code model=claude-opus-4-5 tokens=11600+80",
                    "  guardrail 'tool_decision Bash' agent=claude-code",
                    "  tool 'execute_tool Bash' agent=claude-code tool=Bash error=?",
                    "  llm 'chat claude-opus-4-5' agent=claude-code model=claude-opus-4-5 tokens=11900+150",
                    "  tool 'execute_tool Edit' agent=claude-code tool=Edit",
                    "  llm 'chat claude-opus-4-5' agent=claude-code model=claude-opus-4-5 tokens=12500+60",
                ],
            ),
            Story(
                run={
                    "name": "claude-code prompt",
                    "agent": "claude-code",
                    "status": "error",
                    "session": "7f7f2c54-8f43-4d0f-9d2f-3c1b7d1a9e11",
                    "user": "dev@example.org",
                    "models": ["claude-opus-4-5"],
                    "error": {"type": "529", "message": "Overloaded"},
                    "span_count": 2,
                    "error_count": 2,
                    "llm_count": 1,
                    "tokens": {},
                },
                tree=[
                    "agent 'claude-code prompt' agent=claude-code error=529",
                    "  llm 'chat claude-opus-4-5' agent=claude-code model=claude-opus-4-5 error=529",
                ],
            ),
        ]
    )
    assert {run["cost"]["amount"] for run in runs(client, "claude-code")} == {"0.0583", None}
    # They are told again after a time-out, and the records are logs still. What is written later follows.
    send(server, "claude-code", records[2:])
    send(server, "later", [{"timeUnixNano": str(time.time_ns()), "body": {"stringValue": "later"}}])
    once(lambda: list(client.items("logs", limit=50, q="service:later")), bool)
    assert len(list(client.items("logs", limit=50, q="service:claude-code"))) == len(records)
    assert len(runs(client, "claude-code")) == 2


def test_codex(server, client) -> None:
    send(server, "codex_cli_rs", coding_agents.codex(time.time_ns() - 100 * coding_agents.SECOND_NS))
    assert stories(client, "codex_cli_rs", prompts=2, spans=8) == snapshot(
        [
            Story(
                run={
                    "name": "codex prompt",
                    "agent": "codex",
                    "status": "success",
                    "session": "0199b1d2-6f1c-7a53-9c4e-1f2e3d4c5b6a",
                    "models": ["gpt-5-codex"],
                    "span_count": 6,
                    "llm_count": 2,
                    "tool_count": 1,
                    "tokens": {"input": 1900, "output": 90, "cache_read": 1412, "reasoning": 32},
                },
                tree=[
                    "agent 'codex prompt' agent=codex",
                    "  io 'api_request' agent=codex",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=900+70",
                    "  guardrail 'tool_decision shell' agent=codex",
                    "  tool 'execute_tool shell' agent=codex tool=shell",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=1000+20",
                    "agent 'codex prompt' agent=codex",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=1200+10",
                ],
            ),
            Story(
                run={
                    "name": "codex prompt",
                    "agent": "codex",
                    "status": "success",
                    "session": "0199b1d2-6f1c-7a53-9c4e-1f2e3d4c5b6a",
                    "models": ["gpt-5-codex"],
                    "span_count": 2,
                    "llm_count": 1,
                    "tokens": {"input": 1200, "output": 10, "cache_read": 1024, "reasoning": 0},
                },
                tree=[
                    "agent 'codex prompt' agent=codex",
                    "  io 'api_request' agent=codex",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=900+70",
                    "  guardrail 'tool_decision shell' agent=codex",
                    "  tool 'execute_tool shell' agent=codex tool=shell",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=1000+20",
                    "agent 'codex prompt' agent=codex",
                    "  llm 'chat gpt-5-codex' agent=codex model=gpt-5-codex tokens=1200+10",
                ],
            ),
        ]
    )


def test_gemini_cli(server, client) -> None:
    send(server, "gemini-cli", coding_agents.gemini_cli(time.time_ns() - 100 * coding_agents.SECOND_NS))
    assert stories(client, "gemini-cli", prompts=1, spans=4) == snapshot(
        [
            Story(
                run={
                    "name": "gemini-cli prompt",
                    "agent": "gemini-cli",
                    "status": "success",
                    "session": "gemini-session",
                    "models": ["gemini-2.5-pro"],
                    "span_count": 4,
                    "llm_count": 2,
                    "tool_count": 1,
                    "tokens": {"input": 1750, "output": 160, "cache_read": 700, "reasoning": 90},
                },
                tree=[
                    "agent 'gemini-cli prompt' agent=gemini-cli",
                    "  llm 'chat gemini-2.5-pro' agent=gemini-cli model=gemini-2.5-pro tokens=800+120",
                    "  tool 'execute_tool run_shell_command' agent=gemini-cli tool=run_shell_command",
                    "  llm 'chat gemini-2.5-pro' agent=gemini-cli model=gemini-2.5-pro tokens=950+40",
                ],
            )
        ]
    )
