/** Where a tail of logs comes from: what is listened to, and the filter that keeps a question to it. */
import { parseTerms, quoteValue } from "./filter";

export type LogSource =
  | { readonly of: "project" }
  | { readonly of: "room"; readonly room: string }
  | { readonly of: "session"; readonly session: string }
  | { readonly of: "run"; readonly run: string; readonly trace: string };

/** The topic of the stream that brings its records. */
export function topicOf(source: LogSource): string {
  switch (source.of) {
    case "project":
      return "logs";
    case "room":
      return `room:${source.room}`;
    case "session":
      return `session:${source.session}`;
    case "run":
      return `run:${source.run}`;
  }
}

function termOf(source: LogSource): string {
  switch (source.of) {
    case "project":
      return "";
    case "room":
      return `room:${exactly(source.room)}`;
    case "session":
      return `session:${exactly(source.session)}`;
    case "run":
      return `trace:${source.trace}`;
  }
}

// A bare value ends at a `*` or reads a comma as "or"; a quoted one is what it says.
const exactly = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** The filter `q`, kept to the source. An OR in it must not reach the source's own term. */
export function within(source: LogSource, q: string): string {
  const term = termOf(source);
  if (term === "" || q.trim() === "") return term === "" ? q : term;
  const joined = parseTerms(q).some(({ text }) => text === "OR") ? `(${q})` : q;
  return `${joined} ${term}`;
}

/** The line with `term` as its only one of `key`; without any of that key when `term` is null. */
export function withTerm(line: string, key: string, term: string | null): string {
  const kept = parseTerms(line).filter((present) => present.key !== key || present.negated).map(({ text }) => text);
  return [...kept, ...(term === null ? [] : [term])].join(" ");
}

/** The value of the first term of `key`, as it stands in the line; null when there is none. */
export function valueOf(line: string, key: string): string | null {
  return parseTerms(line).find((term) => term.key === key && !term.negated)?.value ?? null;
}

/** The line with this value of `key` switched on or off; several values of a key mean any of them. */
export function toggleValue(line: string, key: string, value: string): string {
  const now = valuesOf(line, key);
  const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value];
  return withTerm(line, key, next.length === 0 ? null : `${key}:${next.map(quoteValue).join(",")}`);
}

/** The values that a term of `key` names, without their quotes. */
export function valuesOf(line: string, key: string): readonly string[] {
  const value = valueOf(line, key);
  if (value === null) return [];
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"|[^,]+/g)].map(([bare, quoted]) => (quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, "$1")));
}
