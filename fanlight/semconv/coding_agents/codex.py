"""Codex CLI, by `codex-rs/otel`. Its records name no prompt, and their own time may be missing."""

from fanlight.semconv.coding_agents.agent import ATTEMPT, DECISION, PROMPT, REQUEST, TOOL, Agent, Event

AGENT = Agent(
    name="codex",
    prefix="codex.",
    provider="openai",
    session="conversation.id",
    prompt="prompt.id",
    shared={"user.email": "fanlight.user", "user.account_id": "fanlight.user"},
    events={
        "user_prompt": Event(operation=PROMPT, name="prompt", attributes={"prompt": "fanlight.input"}),
        "api_request": Event(
            operation=ATTEMPT,
            name="api_request",
            failed={"error.message": None},
            message="error.message",
            error_type=("http.response.status_code",),
        ),
        # One of many events of a stream; the one with the counts stands for the call.
        "sse_event": Event(
            operation=REQUEST,
            name="chat",
            of="model",
            only={"event.kind": "response.completed", "input_token_count": None},
            attributes={
                "model": "gen_ai.response.model",
                "input_token_count": "gen_ai.usage.input_tokens",
                "output_token_count": "gen_ai.usage.output_tokens",
                "cached_token_count": "gen_ai.usage.cache_read.input_tokens",
                "reasoning_token_count": "gen_ai.usage.reasoning.output_tokens",
                "ttft_ms": "coding_agent.first_token_ms",
            },
        ),
        "tool_result": Event(
            operation=TOOL,
            name="execute_tool",
            of="tool_name",
            attributes={
                "tool_name": "gen_ai.tool.name",
                "call_id": "gen_ai.tool.call.id",
                "arguments": "gen_ai.tool.call.arguments",
                "output": "gen_ai.tool.call.result",
            },
            failed={"success": "false"},
            message="output",
        ),
        "tool_decision": Event(operation=DECISION, name="tool_decision", of="tool_name"),
    },
)
