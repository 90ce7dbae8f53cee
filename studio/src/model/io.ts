/** What went into a run and what came out: as messages, as the text that was sent, as data. */
import type { Run, Span } from "./api";
import { type Content, type Turn, turnsOf } from "./content";
import { readValue } from "./value";

export interface Side {
  /** As messages, where the root span says so much; else none. */
  readonly turns: readonly Turn[];
  /** As it was sent; null when nothing was. */
  readonly text: string | null;
  /** The attribute that it was read from, null when it is the run's own beginning of it. */
  readonly source: string | null;
  /** Only the beginning of it is known. */
  readonly isCut: boolean;
}

/** So much of its input and output a run itself keeps. */
const KEPT = 2_048;

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

const isBlank = ({ parts }: Turn): boolean => parts.every(({ part }) => part.type === "text" && part.text === "");

function side(kept: string | null, span: Span | null, name: "input" | "output", turns: readonly Turn[]): Side {
  const content = (span?.content ?? null) as Content | null;
  const source = content?.source[name] ?? null;
  const sent = source === null ? undefined : span?.attributes.find(({ key }) => key === source)?.value;
  // Some send a message without a word where nothing came out.
  if (turns.length > 0 && turns.every(isBlank)) return { turns: [], text: null, source, isCut: false };
  if (sent !== undefined) return { turns, text: asText(sent), source, isCut: false };
  if (content !== null && turns.length > 0) return { turns, text: asText(content[name]), source, isCut: false };
  return { turns, text: kept, source: null, isCut: kept !== null && new TextEncoder().encode(kept).length >= KEPT };
}

/** Both sides of a run, as far as its root span tells more than the run itself. */
export function sidesOf(run: Run, span: Span | null): { readonly input: Side; readonly output: Side } {
  const content = (span?.content ?? null) as Content | null;
  const system = content && content.system.length > 0 ? [{ role: "system", name: null, parts: content.system }] : [];
  return {
    input: side(run.input, span, "input", content ? turnsOf([...system, ...content.input]) : []),
    output: side(run.output, span, "output", content ? turnsOf(content.output) : []),
  };
}

/** A text in the form in which two of them are compared: JSON a field a line. */
export function comparable(text: string | null): string {
  const value = readValue(text ?? "");
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
