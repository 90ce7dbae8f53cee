/** What went into a step or came out of it as one text, so that it can be compared with another step's. */
import type { Span } from "./api";
import type { Content, Message, Part } from "./content";
import { readValue } from "./value";

const dataText = (value: unknown): string => {
  const data = readValue(value);
  return typeof data === "string" ? data : JSON.stringify(data, null, 2);
};

function partText(part: Part): string {
  switch (part.type) {
    case "text": return dataText(part.text);
    case "reasoning": return `(reasoning)\n${part.text}`;
    case "json": return dataText(part.value);
    case "tool_call": return `calls ${part.name ?? "a tool"}\n${dataText(part.arguments)}`;
    case "tool_result": return [`result of ${part.name ?? part.id ?? "a tool"}`, ...part.content.map(partText)].join("\n");
    default: return `[${[part.type, part.mime, part.name].filter(Boolean).join(" ")}]`;
  }
}

const messageText = ({ role, parts }: Message): string => [`${role}:`, ...parts.map(partText)].join("\n");

export function asText(span: Span | undefined, side: "in" | "out"): string {
  const content = (span?.content ?? null) as Content | null;
  if (!content) return "";
  const { system, input, output, tool_call: call, query, documents } = content;
  if (side === "in") {
    return [
      ...(system.length > 0 ? ["system:", ...system.map(partText)] : []), ...input.map(messageText),
      ...(query === null ? [] : [dataText(query)]), ...(call ? [dataText(call.arguments)] : []),
    ].join("\n");
  }
  const result = call?.result ?? null;
  return [...output.map(messageText), ...(result === null ? [] : [dataText(result)]), ...documents.map(({ text }) => text ?? "")].join("\n");
}
