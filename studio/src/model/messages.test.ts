import { describe, expect, test } from "vitest";
import type { Span } from "./api";
import { contentOf } from "./messages";

function spanWith(values: Record<string, unknown>, more: Partial<Span> = {}): Span {
  const attributes = Object.entries(values).map(([key, value]) => ({ key, type: "string", value }));
  return {
    trace_id: "t", span_id: "s", parent_span_id: null, name: "chat", kind: "llm", span_kind: "CLIENT", status: "ok",
    status_message: "", state: "finished", started_at: "", ended_at: null, start_ns: "0", end_ns: "0", duration_ns: 0,
    service: null, agent: null, model: null, provider: null, tool: null, session: null, user: null, room: null, tokens: {},
    error_type: null, trace_state: "", span_flags: 0, scope_name: "", scope_version: "", scope_attributes: [],
    resource_attributes: [], attributes, events: [], links: [], dropped_attributes_count: 0, dropped_events_count: 0,
    dropped_links_count: 0, flags: [], ...more,
  };
}

const text = (role: string, value: string) => ({ role, parts: [{ type: "text", text: value }] });
const CALL = { type: "call", name: "search", id: "c1", value: { q: "x" } };

describe("what a span carries", () => {
  test("is read from OpenTelemetry's messages, sent as text or as values", () => {
    const input = [{ role: "user", parts: [{ type: "text", content: "hi" }] }];
    const output = [{ role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "search", arguments: { q: "x" } }] }];
    const wanted = { input: [text("system", "be brief"), text("user", "hi")], output: [{ role: "assistant", parts: [CALL] }] };
    const system = [{ type: "text", content: "be brief" }];
    for (const form of [JSON.stringify, (value: unknown) => value]) {
      const values = { "gen_ai.system_instructions": form(system), "gen_ai.input.messages": form(input), "gen_ai.output.messages": form(output) };
      expect(contentOf(spanWith(values))).toEqual(wanted);
    }
  });

  test("is read from flattened messages", () => {
    expect(contentOf(spanWith({
      "llm.input_messages.0.message.role": "user",
      "llm.input_messages.0.message.content": "hi",
      "llm.input_messages.1.message.role": "user",
      "llm.input_messages.1.message.contents.0.message_content.type": "text",
      "llm.input_messages.1.message.contents.0.message_content.text": "there",
      "llm.output_messages.0.message.role": "assistant",
      "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "search",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"q":"x"}',
    }))).toEqual({ input: [text("user", "hi"), text("user", "there")], output: [{ role: "assistant", parts: [CALL] }] });
    expect(contentOf(spanWith({ "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi", "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "ho" }))).toEqual({
      input: [text("user", "hi")], output: [text("assistant", "ho")],
    });
  });

  test("is read from chat messages with a body of tool calls", () => {
    const messages = [{ role: "assistant", content: null, tool_calls: [{ id: "c1", function: { name: "search", arguments: '{"q":"x"}' } }] }];
    expect(contentOf(spanWith({ "input.value": JSON.stringify({ messages }) })).input).toEqual([{ role: "assistant", parts: [CALL] }]);
  });

  test("is read from events where messages were events", () => {
    const event = (name: string, values: Record<string, string>) => ({
      time: "", name, dropped_attributes_count: 0, attributes: Object.entries(values).map(([key, value]) => ({ key, type: "string", value })),
    });
    const events = [event("gen_ai.user.message", { content: "hi" }), event("gen_ai.choice", { message: '{"content":"ho"}' })];
    expect(contentOf(spanWith({}, { events }))).toEqual({ input: [text("user", "hi")], output: [text("assistant", "ho")] });
  });

  test("of a tool is its arguments and its result", () => {
    const span = spanWith({ "gen_ai.tool.call.arguments": '{"q":"x"}', "gen_ai.tool.call.result": "nothing found" }, { kind: "tool", tool: "search" });
    expect(contentOf(span)).toEqual({
      input: [{ role: "arguments", parts: [{ type: "call", name: "search", id: null, value: { q: "x" } }] }],
      output: [{ role: "result", parts: [{ type: "result", name: "search", id: null, value: "nothing found" }] }],
    });
  });

  test("is nothing when nothing is recognised, and plain when it is plain", () => {
    expect(contentOf(spanWith({ "http.url": "x" }))).toEqual({ input: [], output: [] });
    expect(contentOf(spanWith({ "input.value": "hi", "output.value": '{"a": 1}' }))).toEqual({
      input: [text("user", "hi")], output: [{ role: "assistant", parts: [{ type: "other", value: { a: 1 } }] }],
    });
  });

  test("survives what is not what it says", () => {
    const odd = spanWith({ "gen_ai.input.messages": "[{broken", "gen_ai.output.messages": [null, 3, { role: 5, parts: "x" }] });
    expect(contentOf(odd).input).toEqual([text("user", "[{broken")]);
    expect(contentOf(odd).output).toHaveLength(3);
  });
});
