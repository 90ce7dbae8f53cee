"""OpenAI's API in this process: answers of a script instead of a network, for clients of `openai`."""

import json

import httpx

USAGE = {
    "input_tokens": 120, "output_tokens": 20, "total_tokens": 140,
    "input_tokens_details": {"cached_tokens": 100, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 8},
}  # fmt: skip


def client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def answer(request: httpx.Request) -> httpx.Response:
    said = json.loads(request.content)
    if request.url.path.endswith("/chat/completions"):
        return httpx.Response(200, json=chat(said))
    return httpx.Response(200, json=response(said))


def response(said: dict) -> dict:
    """A tool call first; with its result, the answer."""
    done = any(item.get("type") == "function_call_output" for item in said["input"] if isinstance(item, dict))
    tools = [tool["name"] for tool in said.get("tools", [])]
    if tools and not done:
        item = {
            "type": "function_call", "id": "fc_1", "call_id": "call_1", "name": tools[0],
            "arguments": '{"city": "Berlin"}', "status": "completed",
        }  # fmt: skip
    else:
        text = {"type": "output_text", "text": "Sunny.", "annotations": []}
        item = {
            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]
        }  # fmt: skip
    return {
        "id": "resp_1", "object": "response", "created_at": 0, "model": "gpt-4o-2024-08-06",
        "status": "completed", "output": [item], "parallel_tool_calls": True, "tool_choice": "auto",
        "tools": [], "usage": USAGE,
    }  # fmt: skip


def chat(said: dict) -> dict:
    message = {"role": "assistant", "content": "Sunny."}
    usage = {
        "prompt_tokens": 50, "completion_tokens": 5, "total_tokens": 55,
        "prompt_tokens_details": {"cached_tokens": 32}, "completion_tokens_details": {"reasoning_tokens": 0},
    }  # fmt: skip
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 0, "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "usage": usage,
    }  # fmt: skip
