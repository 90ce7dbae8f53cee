"""`langsmith`: to LangSmith, or to whatever takes OTLP as LangSmith does.

Reads LangSmith's own variables: LANGSMITH_API_KEY, LANGSMITH_ENDPOINT (else https://api.smith.langchain.com),
LANGSMITH_PROJECT, LANGSMITH_WORKSPACE_ID, LANGSMITH_HIDE_INPUTS, LANGSMITH_HIDE_OUTPUTS; or the older
LANGCHAIN_... of each.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fanlight.sdk.exporters.calls import Call, CallKind
from fanlight.sdk.exporters.spans import Destination, SpanExporter

CLOUD = "https://api.smith.langchain.com"
PATH = "/otel/v1/traces"
KINDS = {CallKind.RUN: "chain", CallKind.TOOL: "tool", CallKind.STREAM: "llm"}


class LangSmithExporter(SpanExporter):
    """Runs, tools and streamed answers as LangSmith's chain, tool and llm runs.

    A run is always the root of its trace, for LangSmith shows no other; its metadata names Fanlight's run.

    Raises:
        ValueError: there is no LANGSMITH_API_KEY.
    """

    def destination(self) -> Destination:
        key = variable(self.environ, "API_KEY")
        if not key:
            raise ValueError("LANGSMITH_API_KEY is not set: LangSmith takes nothing without it")
        headers = {"x-api-key": key}
        if project := variable(self.environ, "PROJECT"):
            headers["Langsmith-Project"] = project
        if workspace := variable(self.environ, "WORKSPACE_ID"):
            headers["X-Tenant-Id"] = workspace
        return Destination(
            service=self.environ.get("OTEL_SERVICE_NAME") or "charm",
            endpoint=endpoint_of(variable(self.environ, "ENDPOINT") or CLOUD),
            headers=tuple(headers.items()),
        )

    def attributes_of(self, call: Call) -> dict[str, Any]:
        attributes = super().attributes_of(call)
        attributes["langsmith.span.kind"] = KINDS[call.kind]
        if call.kind is CallKind.RUN:
            attributes["langsmith.trace.name"] = call.name
            if run := self.environ.get("FANLIGHT_RUN_ID"):
                attributes["langsmith.metadata.fanlight_run_id"] = run
        return attributes

    def content_of(self, call: Call) -> dict[str, Any]:
        inputs = "" if _hides(self.environ, "HIDE_INPUTS") else call.input
        outputs = "" if _hides(self.environ, "HIDE_OUTPUTS") else call.output
        return {"gen_ai.prompt": _object(inputs, "input"), "gen_ai.completion": _object(outputs, "output")}


def endpoint_of(address: str) -> str:
    """Where LangSmith at `address` takes spans.

    Example:
        >>> endpoint_of("https://smith.example.com/api/v1/")
        'https://smith.example.com/api/v1/otel/v1/traces'
        >>> endpoint_of("https://eu.api.smith.langchain.com/otel")
        'https://eu.api.smith.langchain.com/otel/v1/traces'
    """
    address = address.rstrip("/")
    return address if address.endswith(PATH) else address.removesuffix("/otel") + PATH


def variable(environ: Mapping[str, str], name: str) -> str | None:
    """LANGSMITH_<name>, else the older LANGCHAIN_<name>."""
    return environ.get(f"LANGSMITH_{name}") or environ.get(f"LANGCHAIN_{name}") or None


def _hides(environ: Mapping[str, str], name: str) -> bool:
    return (variable(environ, name) or "").lower() in {"true", "1"}


def _object(text: str, name: str) -> str:
    # Inputs and outputs are objects there; whatever else is said gets a name.
    if not text or text.startswith("{"):
        return text
    return json.dumps({name: text}, ensure_ascii=False)
