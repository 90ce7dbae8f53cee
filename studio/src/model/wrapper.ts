import type { SpanFields } from "./api";

const WRAPPING_KINDS = new Set(["agent", "chain", "internal"]);
const PREFIXES = ["invoke_agent ", "create_agent ", "invoke_workflow "];
const SUFFIXES = [".workflow", ".agent", ".task", ".chat"];

/** A name without what instrumentations put around it. */
export function bareName(name: string): string {
  let bare = name;
  for (const prefix of PREFIXES) if (bare.startsWith(prefix)) bare = bare.slice(prefix.length);
  for (const suffix of SUFFIXES) if (bare.endsWith(suffix)) bare = bare.slice(0, -suffix.length);
  return bare;
}

/**
 * Whether `span` says nothing that `child`, its only one, does not. The server tells it of the trace as it was
 * read; of spans that came since, the same rule is applied here. Who failed where its child did not has its say.
 */
export function isWrapper(span: SpanFields, child: SpanFields): boolean {
  if (span.status === "error" && child.status !== "error") return false;
  if (span.wrapper) return true;
  return WRAPPING_KINDS.has(span.kind) && WRAPPING_KINDS.has(child.kind) && bareName(span.name) === bareName(child.name);
}
