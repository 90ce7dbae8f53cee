/** What went into a span and what came out, as the server makes it of every dialect: fanlight/model/content.py. */

export interface MediaPart {
  readonly type: "image" | "audio" | "video" | "file" | "blob";
  readonly mime: string | null;
  readonly name: string | null;
  readonly uri: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

export interface ToolCallPart {
  readonly type: "tool_call";
  readonly id: string | null;
  readonly name: string | null;
  readonly arguments: unknown;
}

export type PlainPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "json"; readonly value: unknown }
  | MediaPart;

export interface ToolResultPart {
  readonly type: "tool_result";
  readonly id: string | null;
  readonly name: string | null;
  readonly content: readonly PlainPart[];
  readonly is_error: boolean;
}

export type Part = PlainPart | ToolCallPart | ToolResultPart;

export interface Message {
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly Part[];
}

export interface ToolDefinition {
  readonly name: string | null;
  readonly description: string | null;
  readonly parameters: unknown;
}

export interface ToolUse {
  readonly name: string | null;
  readonly id: string | null;
  readonly arguments: unknown;
  readonly result: unknown;
}

export interface Document {
  readonly id: string | null;
  readonly text: string | null;
  readonly score: number | null;
  readonly metadata: unknown;
}

export interface Content {
  readonly system: readonly Part[];
  readonly input: readonly Message[];
  readonly output: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  readonly tool_call: ToolUse | null;
  readonly documents: readonly Document[];
  readonly query: unknown;
  readonly source: Readonly<Record<string, string>>;
  readonly truncated: boolean;
  /** What was said was taken out before it was stored: content is not captured. */
  readonly withheld: boolean;
}

/** A part as it is shown: a call stands with the result that answers it. */
export type Shown =
  | { readonly part: Exclude<Part, ToolCallPart>; readonly result?: undefined }
  | { readonly part: ToolCallPart; readonly result: ToolResultPart | null };

export interface Turn {
  readonly role: string;
  readonly name: string | null;
  readonly parts: readonly Shown[];
}

/** Whether there is something to show, be it that there is nothing on purpose. */
export function hasContent(content: Content): boolean {
  const lists = [content.system, content.input, content.output, content.tools, content.documents];
  return content.withheld || content.tool_call !== null || content.query !== null || lists.some((list) => list.length > 0);
}

/**
 * Messages as turns in which every result stands with its call. A result answers the nearest call before it with
 * its id; one that answers none stays where it was, and a message whose results all moved is no turn of its own.
 */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const results = new Map<ToolCallPart, ToolResultPart>();
  const moved = new Set<Part>();
  const asked = new Map<string, ToolCallPart>();
  for (const { parts } of messages) {
    for (const part of parts) {
      if (part.type === "tool_call" && part.id !== null) asked.set(part.id, part);
      const call = part.type === "tool_result" && part.id !== null ? asked.get(part.id) : undefined;
      if (part.type === "tool_result" && call && !results.has(call)) {
        results.set(call, part);
        moved.add(part);
      }
    }
  }
  return messages
    .filter(({ parts }) => parts.length === 0 || !parts.every((part) => moved.has(part)))
    .map(({ role, name, parts }) => ({
      role,
      name,
      parts: parts
        .filter((part) => !moved.has(part))
        .map((part) => (part.type === "tool_call" ? { part, result: results.get(part) ?? null } : { part })),
    }));
}
