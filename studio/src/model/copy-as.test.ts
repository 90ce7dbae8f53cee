import { expect, it } from "vitest";
import type { Run, Span } from "./api";
import { asCurl, pythonLiteral, runAsFixture, runForLlm, shellWord, spanAsFixture, spanForLlm } from "./copy-as";
import { readValue } from "./value";

const SPAN = {
  trace_id: "a".repeat(32), span_id: "b".repeat(16), name: "execute_tool search", kind: "tool", status: "error", state: "finished",
  status_message: "timed out", error_type: "ToolTimeout", duration_ns: 1_500_000_000, tool: "search", model: null, agent: "planner", finish_reason: null,
  attributes: [{ key: "retry", type: "int", value: 2 }], events: [],
  content: {
    system: [], input: [], output: [], tools: [], documents: [], query: null, source: {}, truncated: false, withheld: false,
    tool_call: { name: "search", id: null, arguments: '{"q": "a ``` b", "deep": [true, null]}', result: "none" },
  },
} as unknown as Span;

const RUN = {
  id: "r/1\n", name: "planner", agent: "Trip Planner", status: "error", started_at: "2026-01-02T03:04:05Z", duration_ms: 1200, models: ["m"], input: '{"ask": 1}', output: null,
  tokens: { input: 10, output: null }, cost: { amount: "0.01", currency: "USD" }, llm_count: 1, tool_count: 2, error_count: 1,
  error: { type: "ToolTimeout", message: "timed out" }, findings: [],
} as unknown as Run;

it("writes a request that a shell takes as one", () => {
  expect(asCurl("http://localhost:4319/api/v1/projects/my team/x?a=1&b='2'")).toBe(
    String.raw`curl -sS 'http://localhost:4319/api/v1/projects/my team/x?a=1&b='\''2'\''' \
  -H "authorization: Bearer $FANLIGHT_KEY"`,
  );
  expect([shellWord("plain-1.0"), shellWord("$(rm -rf)"), shellWord("")]).toEqual(["plain-1.0", "'$(rm -rf)'", "''"]);
});

it("tells a language model where a span stands, how it failed and what it was given, in fences it cannot leave", () => {
  expect(spanForLlm(SPAN, ["planner"])).toBe([
    "# Span execute_tool search",
    "- path: planner > execute_tool search", "- kind: tool", "- status: error", "- state: finished", "- duration: 1.5 s", "- tool: search", "- agent: planner",
    "- error: ToolTimeout: timed out",
    "### Arguments", "````json", '{\n  "q": "a ``` b",\n  "deep": [\n    true,\n    null\n  ]\n}', "````",
    "### Result", "```", "none", "```",
  ].join("\n"));
});

it("tells a language model what became of a run", () => {
  expect(runForLlm(RUN, null)).toBe([
    "# Run planner", "- status: error", "- agent: Trip Planner", "- started: 2026-01-02T03:04:05Z", "- duration: 1.2 s", "- models: m",
    "- tokens: 10 in, unknown out", "- cost: 0.01 USD", "- calls: 1 of models, 2 of tools, 1 spans failed", "- error: ToolTimeout: timed out",
    "## Input", "```json", '{\n  "ask": 1\n}', "```",
  ].join("\n"));
});

it("writes a step as a fixture of pytest", () => {
  expect(spanAsFixture(SPAN)).toBe(`import pytest


@pytest.fixture
def search():
    """Recorded in trace ${"a".repeat(32)}, span ${"b".repeat(16)}."""
    return {
        "name": "search",
        "kind": "tool",
        "input": {
            "q": "a \`\`\` b",
            "deep": [
                True,
                None,
            ],
        },
        "output": "none",
        "error": "ToolTimeout: timed out",
    }
`);
});

it("lets nothing of a run out of the fixture's literals", () => {
  expect(runAsFixture(RUN)).toContain('def run_of_trip_planner():\n    """Recorded in run r_1_."""');
  expect(pythonLiteral({ '"""': "\u2028\n\\" })).toBe('{\n    "\\"\\"\\"": "\u2028\\n\\\\",\n}');
});

it("reads JSON in texts, and leaves alone what is no JSON or nests without end", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect([readValue('{"a": 1}'), readValue("{a}"), readValue(deep), readValue(3)]).toEqual([{ a: 1 }, "{a}", deep, 3]);
});
