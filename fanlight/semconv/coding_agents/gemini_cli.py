"""Gemini CLI, by its telemetry page of November 2026. Its output tokens leave thoughts out."""

from fanlight.semconv.coding_agents.agent import FAILURE, PROMPT, REQUEST, TOOL, Agent, Event

_MODEL = {"model": "gen_ai.response.model"}

AGENT = Agent(
    name="gemini-cli",
    prefix="gemini_cli.",
    provider="google",
    session="session.id",
    prompt="prompt_id",
    shared={"user.email": "fanlight.user"},
    events={
        "user_prompt": Event(operation=PROMPT, name="prompt", attributes={"prompt": "fanlight.input"}),
        "api_response": Event(
            operation=REQUEST,
            name="chat",
            of="model",
            attributes={
                **_MODEL,
                "input_token_count": "gen_ai.usage.input_tokens",
                "output_token_count": "coding_agent.output_tokens_spoken",
                "cached_content_token_count": "gen_ai.usage.cache_read.input_tokens",
                "thoughts_token_count": "gen_ai.usage.reasoning.output_tokens",
                "finish_reasons": "gen_ai.response.finish_reasons",
                "response_text": "fanlight.output",
            },
        ),
        "api_error": Event(
            operation=FAILURE,
            name="chat",
            of="model",
            attributes=_MODEL,
            failed={"error": None, "error_type": None, "status_code": None},
            message="error",
            error_type=("error_type", "status_code"),
        ),
        "tool_call": Event(
            operation=TOOL,
            name="execute_tool",
            of="function_name",
            attributes={
                "function_name": "gen_ai.tool.name",
                "function_args": "gen_ai.tool.call.arguments",
            },
            failed={"success": "false"},
            message="error",
            error_type=("error_type",),
        ),
    },
)
