"""Two calls of OpenAI's client, one that succeeds and one that is refused; seen by OpenLLMetry."""

import contextlib

import httpx
import openai_api
from openai import AuthenticationError, OpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from provider import tracer_provider

provider = tracer_provider()
OpenAIInstrumentor().instrument(tracer_provider=provider)
question = [{"role": "user", "content": "Weather?"}]


def refuse(request: httpx.Request) -> httpx.Response:
    return httpx.Response(401, json={"error": {"message": "wrong key", "type": "invalid_request_error"}})


def client(answer: object) -> OpenAI:
    transport = httpx.MockTransport(answer)
    return OpenAI(api_key="none", http_client=httpx.Client(transport=transport), max_retries=0)


with provider.get_tracer("app").start_as_current_span("answer"):
    client(openai_api.answer).chat.completions.create(model="gpt-4o", messages=question)
    with contextlib.suppress(AuthenticationError):
        client(refuse).chat.completions.create(model="gpt-4o", messages=question)
provider.shutdown()
