"""Which coding agents there are."""

from fanlight.semconv.coding_agents import claude_code, codex, gemini_cli
from fanlight.semconv.coding_agents.agent import Agent

AGENTS: tuple[Agent, ...] = (claude_code.AGENT, codex.AGENT, gemini_cli.AGENT)
