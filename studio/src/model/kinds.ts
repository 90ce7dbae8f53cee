/** What a span does, as a glyph and a colour. The glyph always goes with the name: colour never speaks alone. */

export interface Kind {
  readonly glyph: string;
  readonly label: string;
  /** CSS variable of the colour. */
  readonly colour: string;
}

const kind = (glyph: string, label: string, token: string): Kind => ({ glyph, label, colour: `--kind-${token}` });

const KINDS: Readonly<Record<string, Kind>> = {
  agent: kind("◆", "agent", "agent"),
  llm: kind("●", "LLM", "llm"),
  tool: kind("■", "tool", "tool"),
  chain: kind("◇", "chain", "internal"),
  retriever: kind("▲", "retriever", "retrieval"),
  embedding: kind("△", "embedding", "retrieval"),
  reranker: kind("▽", "reranker", "retrieval"),
  guardrail: kind("◈", "guardrail", "tool"),
  evaluator: kind("◎", "evaluator", "tool"),
  room: kind("⬢", "room", "room"),
  io: kind("⇄", "I/O", "io"),
  internal: kind("○", "internal", "internal"),
};

const INTERNAL = KINDS["internal"] as Kind;

export function kindOf(name: string): Kind {
  return KINDS[name] ?? INTERNAL;
}

export interface Status {
  readonly glyph: string;
  readonly label: string;
  readonly colour: string;
}

const STATUSES: Readonly<Record<string, Status>> = {
  running: { glyph: "◐", label: "running", colour: "text-running" },
  success: { glyph: "✓", label: "success", colour: "text-ok" },
  error: { glyph: "✗", label: "error", colour: "text-error" },
  suspended: { glyph: "‖", label: "suspended", colour: "text-warn" },
  cancelled: { glyph: "⊘", label: "cancelled", colour: "text-muted" },
  lost: { glyph: "?", label: "lost", colour: "text-warn" },
};

export function statusOf(name: string): Status {
  return STATUSES[name] ?? { glyph: "–", label: name, colour: "text-muted" };
}

/** An error's message without its type, which is shown before it: many instrumentations send both in one. */
export function messageOf(type: string | null, message: string | null): string {
  const text = message ?? "";
  return type !== null && text.startsWith(`${type}: `) ? text.slice(type.length + 2) : text;
}
