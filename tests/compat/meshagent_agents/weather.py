"""A toolkit that tells the weather, traced and measured by hand as MeshAgent's tools are.

Asks the service at argv[1] for each city of argv[2:]; what the service answers decides what the spans say.
"""

import asyncio
import json
import logging
import sys

import aiohttp
from meshagent.api.messaging import JsonContent
from meshagent.otel import otel_config
from meshagent.tools import FunctionTool, Toolkit
from opentelemetry import metrics, trace

otel_config(service_name="weather-toolkit")

log = logging.getLogger("weather")
tracer = trace.get_tracer("weather")
meter = metrics.get_meter("weather")
requests = meter.create_counter("weather.requests", description="Questions asked")
failures = meter.create_counter("weather.failures", description="Questions not answered")
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["city"],
    "properties": {"city": {"type": "string"}},
}


class GetWeather(FunctionTool):
    """Validates, fetches, parses: a span each below the one that the toolkit makes of a call."""

    def __init__(self, service: str) -> None:
        super().__init__(name="get_weather", title="Weather", description="The weather", input_schema=SCHEMA)
        self._service = service

    async def execute(self, context, *, city: str) -> JsonContent:
        requests.add(1)
        try:
            return JsonContent(json=await self._answer(city))
        except Exception as error:
            failures.add(1, {"reason": type(error).__name__})
            log.exception("no weather for %r", city)
            return JsonContent(json={"error": str(error)})

    async def _answer(self, city: str) -> dict:
        with tracer.start_as_current_span("validate_input"):
            if not city.strip():
                raise ValueError("the city has no name")
        with tracer.start_as_current_span("fetch_weather_api") as span:
            async with (
                aiohttp.ClientSession() as session,
                session.get(self._service, params={"city": city}) as response,
            ):
                span.set_attribute("http.response.status_code", response.status)
                if response.status == 429:
                    log.warning("the service asks to wait %s s", response.headers["retry-after"])
                response.raise_for_status()
                text = await response.text()
        with tracer.start_as_current_span("parse_response") as span:
            found = json.loads(text)
            span.set_attribute("weather.celsius", found["celsius"])
            log.info("%s has %s degrees", city, found["celsius"])
            return found


async def main() -> None:
    toolkit = Toolkit(name="weather", tools=[GetWeather(sys.argv[1])])
    for city in sys.argv[2:]:
        answer = await toolkit.execute(
            context=None, name="get_weather", input=JsonContent(json={"city": city})
        )
        print(json.dumps(answer.json))


asyncio.run(main())
