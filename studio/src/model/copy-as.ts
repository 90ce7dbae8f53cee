/** A span or a run as text for somewhere else: JSON, cURL, a question to a language model, a test. */
import { formatDuration } from "../base/time";
import type { Failure, Run, Span } from "./api";
import { type Content, type Message, type Part, hasContent } from "./content";
import { readValue } from "./value";

/** So much of one text goes into a question to a language model; the rest is told by its length. */
const LONGEST_FOR_LLM = 4_000;
const MOST_ATTRIBUTES = 40;

export const asJson = (value: unknown): string => JSON.stringify(value, null, 2);

/** A word as a POSIX shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The request that reads the same from the API. The key is the reader's own, and never in the text. */
export function asCurl(address: string): string {
  return `curl -sS ${shellWord(address)} \\\n  -H "authorization: Bearer $FANLIGHT_KEY"`;
}

function clipped(text: string): string {
  if (text.length <= LONGEST_FOR_LLM) return text;
  return `${text.slice(0, LONGEST_FOR_LLM)}\n[… ${(text.length - LONGEST_FOR_LLM).toLocaleString("en-US")} more characters]`;
}

/** A fence that the text cannot end by itself. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${clipped(text)}\n${fence}`;
}

const shown = (value: unknown): string => (typeof value === "string" ? fenced(value) : fenced(asJson(value), "json"));

function partText(part: Part): string {
  switch (part.type) {
    case "text": return fenced(part.text);
    case "reasoning": return `reasoning:\n${fenced(part.text)}`;
    case "json": return shown(part.value);
    case "tool_call": return `calls \`${part.name ?? "tool"}\`:\n${shown(part.arguments)}`;
    case "tool_result": return [`${part.is_error ? "error" : "result"} of ${part.name ?? part.id ?? "a tool"}:`, ...part.content.map(partText)].join("\n");
    default: return `[${[part.type, part.mime, part.name].filter(Boolean).join(" ")}]`;
  }
}

const messageText = ({ role, parts }: Message): string => [`**${role}**`, ...parts.map(partText)].join("\n");

function contentText(content: Content): string[] {
  const { system, input, output, tool_call: call, query, documents } = content;
  return [
    ...(system.length > 0 ? ["### System", ...system.map(partText)] : []),
    ...(query === null ? [] : ["### Query", shown(query)]),
    ...(input.length > 0 ? ["### Input", ...input.map(messageText)] : []),
    ...(call ? ["### Arguments", shown(readValue(call.arguments)), ...(call.result === null || call.result === undefined ? [] : ["### Result", shown(readValue(call.result))])] : []),
    ...(documents.length > 0 ? ["### Documents", ...documents.map(({ id, text }) => `${id ?? ""}\n${fenced(text ?? "")}`)] : []),
    ...(output.length > 0 ? ["### Output", ...output.map(messageText)] : []),
  ];
}

const fact = (name: string, value: string | number | null | undefined): string[] => (value === null || value === undefined || value === "" ? [] : [`- ${name}: ${value}`]);

/** A span as a language model can be asked about it. `above` are the names of the spans over it, outermost first. */
export function spanForLlm(span: Span, above: readonly string[] = []): string {
  const content = span.content !== null && hasContent(span.content) ? contentText(span.content) : [];
  const attributes = span.attributes.slice(0, MOST_ATTRIBUTES).map(({ key, value }) => `- ${key}: ${clipped(typeof value === "string" ? value : JSON.stringify(value))}`);
  return [
    `# Span ${span.name}`,
    ...fact("path", [...above, span.name].join(" > ")), ...fact("kind", span.kind), ...fact("status", span.status), ...fact("state", span.state),
    ...fact("duration", span.duration_ns === null ? null : formatDuration(span.duration_ns)),
    ...fact("model", span.model), ...fact("tool", span.tool), ...fact("agent", span.agent), ...fact("finish reason", span.finish_reason),
    ...fact("error", [span.error_type, span.status_message].filter(Boolean).join(": ")),
    ...content,
    ...(content.length === 0 && attributes.length > 0 ? ["### Attributes", ...attributes] : []),
    ...span.events.filter(({ name }) => name === "exception").flatMap(({ attributes: of }) => ["### Exception", ...of.map(({ key, value }) => `${key}:\n${shown(value)}`)]),
  ].join("\n");
}

/** A run as a language model can be asked about it: how it ended, why, what went in and what came out. */
export function runForLlm(run: Run, failure: Failure | null): string {
  const tokens = [run.tokens.input, run.tokens.output].map((count) => count ?? "unknown").join(" in, ");
  return [
    `# Run ${run.name}`,
    ...fact("status", run.status), ...fact("agent", run.agent), ...fact("started", run.started_at),
    ...fact("duration", run.duration_ms === null ? null : formatDuration(run.duration_ms * 1e6)),
    ...fact("models", run.models.join(", ")), ...fact("tokens", `${tokens} out`), ...fact("cost", run.cost.amount === null ? null : `${run.cost.amount} ${run.cost.currency}`),
    ...fact("calls", `${run.llm_count} of models, ${run.tool_count} of tools, ${run.error_count} spans failed`),
    ...fact("error", [run.error?.type, run.error?.message].filter(Boolean).join(": ")),
    ...(failure?.cause ? ["## First cause", failure.cause.statement] : []),
    ...(failure && failure.chain.length > 0 ? ["## From cause to symptom", ...failure.chain.map(({ name, statement }, at) => `${at + 1}. ${name}: ${statement}`)] : []),
    ...(run.findings.length > 0 ? ["## Found", ...run.findings.map(({ statement }) => `- ${statement}`)] : []),
    ...(run.input === null ? [] : ["## Input", shown(readValue(run.input))]),
    ...(run.output === null ? [] : ["## Output", shown(readValue(run.output))]),
  ].join("\n");
}

/** A JSON value as Python writes it. A string of JSON is one of Python. */
export function pythonLiteral(value: unknown, indent = 0): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return JSON.stringify(value) ?? "None";
  const pad = " ".repeat(indent + 4);
  const lines = Array.isArray(value)
    ? value.map((item) => `${pad}${pythonLiteral(item, indent + 4)},`)
    : Object.entries(value).map(([key, item]) => `${pad}${JSON.stringify(key)}: ${pythonLiteral(item, indent + 4)},`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.join("\n")}\n${" ".repeat(indent)}${close}`;
}

const identifier = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "").slice(0, 60) || "recorded";

/** What a test needs of a step: what went in, what came out, and how it failed if it did. */
function recorded(span: Span): Readonly<Record<string, unknown>> {
  const { content } = span;
  const call = content?.tool_call ?? null;
  return {
    name: span.tool ?? span.model ?? span.name,
    kind: span.kind,
    input: call ? readValue(call.arguments) : (content?.input ?? []),
    output: call ? readValue(call.result) : (content?.output ?? []),
    error: span.status === "error" ? [span.error_type, span.status_message].filter(Boolean).join(": ") : null,
  };
}

/** One step as a pytest fixture: a test can give its output instead of calling what it called. */
export function spanAsFixture(span: Span): string {
  return [
    "import pytest", "", "", "@pytest.fixture",
    `def ${identifier(span.tool ?? span.name)}():`,
    `    """Recorded in trace ${span.trace_id}, span ${span.span_id}."""`,
    `    return ${pythonLiteral(recorded(span), 4)}`, "",
  ].join("\n");
}

/** A run as a pytest fixture: its input, what it answered, and its steps as they were recorded, in order. */
export function runAsFixture(run: Run, steps: readonly Span[] = []): string {
  const whole = {
    input: readValue(run.input), output: readValue(run.output), status: run.status,
    error: run.error ? [run.error.type, run.error.message].filter(Boolean).join(": ") : null,
    ...(steps.length > 0 ? { steps: steps.map(recorded) } : {}),
  };
  return [
    "import pytest", "", "", "@pytest.fixture",
    `def ${identifier(`run of ${run.agent ?? run.name}`)}():`,
    `    """Recorded in run ${run.id.replaceAll(/[^\w-]/g, "_")}."""`,
    `    return ${pythonLiteral(whole, 4)}`, "",
  ].join("\n");
}
