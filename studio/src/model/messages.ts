/**
 * The conversation that a span carries, out of its raw attributes and events. The attributes themselves stay
 * as they came, in their own tab: this is a reading of them, and it gives up rather than guess.
 */
import type { Attribute, Span } from "./api";

export type Part =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "call"; readonly name: string; readonly id: string | null; readonly value: unknown }
  | { readonly type: "result"; readonly name: string | null; readonly id: string | null; readonly value: unknown }
  | { readonly type: "other"; readonly value: unknown };

export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
}

export interface Content {
  readonly input: readonly Message[];
  readonly output: readonly Message[];
}

type Values = ReadonlyMap<string, unknown>;
type Fields = Readonly<Record<string, unknown>>;

/** A value as the data it stands for: instrumentations send JSON as text as often as structured values. */
export function readValue(value: unknown): unknown {
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (!/^[[{]/.test(text)) return value;
  try {
    return JSON.parse(text);
  } catch {
    return value;
  }
}

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const orNull = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

function readPart(raw: unknown): Part {
  if (typeof raw === "string") return { type: "text", text: raw };
  if (!isFields(raw)) return { type: "other", value: raw };
  const type = String(raw["type"] ?? "");
  const text = raw["content"] ?? raw["text"];
  if (/tool_call_response|tool_result|tool-result/.test(type)) {
    const value = raw["response"] ?? raw["result"] ?? raw["output"] ?? raw["content"];
    return { type: "result", name: orNull(raw["name"]), id: orNull(raw["id"]), value: readValue(value) };
  }
  if (/tool_call|tool_use|tool-call|function_call/.test(type)) {
    const value = raw["arguments"] ?? raw["input"] ?? raw["args"];
    return { type: "call", name: String(raw["name"] ?? raw["toolName"] ?? "tool"), id: orNull(raw["id"]), value: readValue(value) };
  }
  if (/reasoning|thinking/.test(type) && text !== undefined) return { type: "reasoning", text: asText(text) };
  if ((type === "text" || type === "" || type === "input_text" || type === "output_text") && text !== undefined) {
    return { type: "text", text: asText(text) };
  }
  return { type: "other", value: raw };
}

function readToolCalls(raw: unknown): Part[] {
  if (!Array.isArray(raw)) return [];
  return raw.filter(isFields).map((call) => {
    const inner = isFields(call["function"]) ? call["function"] : call;
    const name = String(inner["name"] ?? "tool");
    return { type: "call", name, id: orNull(call["id"]), value: readValue(inner["arguments"] ?? inner["args"]) };
  });
}

function readMessage(raw: unknown, role: string): Message {
  if (!isFields(raw)) return { role, parts: [readPart(raw)] };
  const given = raw["parts"] ?? raw["content"];
  const parts = (Array.isArray(given) ? given : given === undefined || given === null || given === "" ? [] : [given]).map(readPart);
  return { role: String(raw["role"] ?? role), parts: [...parts, ...readToolCalls(raw["tool_calls"])] };
}

function readMessages(value: unknown, role: string): Message[] {
  const data = readValue(value);
  if (data === undefined || data === null || data === "") return [];
  if (Array.isArray(data) && data.some((item) => isFields(item) && ("role" in item || "parts" in item))) {
    return data.map((item) => readMessage(item, role));
  }
  if (isFields(data) && Array.isArray(data["messages"])) return readMessages(data["messages"], role);
  if (isFields(data) && "role" in data) return [readMessage(data, role)];
  if (Array.isArray(data) && data.every((item) => typeof item === "string" || (isFields(item) && "type" in item))) {
    return [{ role, parts: data.map(readPart) }];
  }
  return [{ role, parts: [typeof data === "string" ? { type: "text", text: data } : { type: "other", value: data }] }];
}

/** Flattened lists: `prefix.0.message.role`, `prefix.1.content`, ... as one object a number. */
function unflatten(values: Values, prefix: string): Fields[] {
  const found: Record<string, unknown>[] = [];
  for (const [key, value] of values) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const match = /^(\d{1,4})\.(?:message\.)?(.+)$/.exec(key.slice(prefix.length + 1));
    if (!match) continue;
    const entry = (found[Number(match[1])] ??= {});
    entry[match[2] as string] = value;
  }
  return found.filter((entry) => entry !== undefined).map(foldFlattened);
}

/** Folds `contents.0.message_content.text` and `tool_calls.0.tool_call.function.name` into what they were. */
function foldFlattened(entry: Fields): Fields {
  const parts: Record<string, unknown>[] = [];
  const calls: Record<string, unknown>[] = [];
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entry)) {
    const part = /^contents\.(\d{1,4})\.message_content\.(.+)$/.exec(key);
    const call = /^tool_calls\.(\d{1,4})\.(?:tool_call\.)?(?:function\.)?(.+)$/.exec(key);
    if (part) (parts[Number(part[1])] ??= {})[part[2] as string] = value;
    else if (call) (calls[Number(call[1])] ??= {})[call[2] as string] = value;
    else plain[key] = value;
  }
  return {
    ...plain,
    ...(parts.length > 0 ? { parts: parts.filter(Boolean) } : {}),
    ...(calls.length > 0 ? { tool_calls: calls.filter(Boolean) } : {}),
  };
}

const INPUTS = [
  "fanlight.input", "gen_ai.input.messages", "llm.input_messages", "gen_ai.prompt", "ai.prompt.messages", "ai.prompt",
  "langfuse.observation.input", "mlflow.spanInputs", "pydantic_ai.all_messages", "all_messages_events", "input.value",
  "traceloop.entity.input", "gen_ai.retrieval.query.text",
];
const OUTPUTS = [
  "fanlight.output", "gen_ai.output.messages", "llm.output_messages", "gen_ai.completion", "ai.response.text",
  "ai.response.object", "langfuse.observation.output", "mlflow.spanOutputs", "final_result", "output.value",
  "traceloop.entity.output", "gen_ai.retrieval.documents",
];
const ARGUMENTS = ["gen_ai.tool.call.arguments", "tool_arguments", "ai.toolCall.args", "tool.parameters"];
const RESULTS = ["gen_ai.tool.call.result", "tool_response", "ai.toolCall.result"];

function firstMessages(values: Values, keys: readonly string[], role: string): Message[] {
  for (const key of keys) {
    const flat = unflatten(values, key);
    if (flat.length > 0) return flat.map((entry) => readMessage(entry, role));
    if (values.has(key)) {
      const messages = readMessages(values.get(key), role);
      if (messages.length > 0) return messages;
    }
  }
  return [];
}

function firstValue(values: Values, keys: readonly string[]): unknown {
  for (const key of keys) if (values.has(key)) return readValue(values.get(key));
  return undefined;
}

const valuesOf = (attributes: readonly Attribute[]): Values => new Map(attributes.map(({ key, value }) => [key, value]));

const EVENT_ROLE = /^gen_ai\.(system|user|assistant|tool)\.message$/;

/** Older instrumentations send each message as an event of the span. */
function eventMessages(span: Span): Content {
  const input: Message[] = [];
  const output: Message[] = [];
  for (const event of span.events) {
    const values = valuesOf(event.attributes);
    const role = EVENT_ROLE.exec(event.name)?.[1];
    const body = Object.fromEntries(values);
    if (role) input.push(readMessage({ role, ...body }, role));
    else if (event.name === "gen_ai.choice") output.push(readMessage(readValue(values.get("message")) ?? body, "assistant"));
    else if (event.name === "gen_ai.content.prompt") input.push(...readMessages(values.get("gen_ai.prompt"), "user"));
    else if (event.name === "gen_ai.content.completion") {
      output.push(...readMessages(values.get("gen_ai.completion"), "assistant"));
    }
  }
  return { input, output };
}

/** What went into a span and what came out, as far as it can be recognised. */
export function contentOf(span: Span): Content {
  const values = valuesOf(span.attributes);
  if (span.kind === "tool") {
    const call = firstValue(values, ARGUMENTS) ?? firstValue(values, INPUTS);
    const result = firstValue(values, RESULTS) ?? firstValue(values, OUTPUTS);
    const name = span.tool ?? span.name;
    return {
      input: call === undefined ? [] : [{ role: "arguments", parts: [{ type: "call", name, id: null, value: call }] }],
      output: result === undefined ? [] : [{ role: "result", parts: [{ type: "result", name, id: null, value: result }] }],
    };
  }
  const system = readMessages(values.get("gen_ai.system_instructions"), "system");
  const input = [...system, ...firstMessages(values, INPUTS, "user")];
  const output = firstMessages(values, OUTPUTS, "assistant");
  const events = eventMessages(span);
  return {
    input: input.length > 0 ? input : events.input,
    output: output.length > 0 ? output : events.output,
  };
}
