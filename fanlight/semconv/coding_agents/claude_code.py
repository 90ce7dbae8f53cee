"""Claude Code, by its monitoring page of November 2026. Its input tokens leave both caches out."""

from fanlight.semconv.coding_agents.agent import DECISION, FAILURE, PROMPT, REQUEST, TOOL, Agent, Event

_MODEL = {"model": "gen_ai.response.model"}
_TOOL = {"tool_name": "gen_ai.tool.name", "name": "gen_ai.tool.name", "tool_use_id": "gen_ai.tool.call.id"}

AGENT = Agent(
    name="claude-code",
    prefix="claude_code.",
    provider="anthropic",
    session="session.id",
    prompt="prompt.id",
    shared={"user.email": "fanlight.user", "user.account_uuid": "fanlight.user"},
    events={
        "user_prompt": Event(operation=PROMPT, name="prompt", attributes={"prompt": "fanlight.input"}),
        "api_request": Event(
            operation=REQUEST,
            name="chat",
            of="model",
            attributes={
                **_MODEL,
                "input_tokens": "coding_agent.input_tokens_uncached",
                "output_tokens": "gen_ai.usage.output_tokens",
                "cache_read_tokens": "gen_ai.usage.cache_read.input_tokens",
                "cache_creation_tokens": "gen_ai.usage.cache_creation.input_tokens",
                "cost_usd": "coding_agent.cost_usd",
            },
        ),
        "api_error": Event(
            operation=FAILURE,
            name="chat",
            of="model",
            attributes=_MODEL,
            failed={"error": None, "status_code": None},
            message="error",
            error_type=("status_code",),
        ),
        "tool_result": Event(
            operation=TOOL,
            name="execute_tool",
            of="tool_name",
            attributes={
                **_TOOL,
                "tool_input": "gen_ai.tool.call.arguments",
                "tool_parameters": "gen_ai.tool.call.arguments",
            },
            failed={"success": "false"},
            message="error",
            error_type=("error_type",),
        ),
        "tool_decision": Event(operation=DECISION, name="tool_decision", of="tool_name"),
    },
)
