import type { Tree } from "./tree";

/** Positions of the spans whose name, kind, tool, model, agent, service, error or id holds the text. */
export function findSpans(tree: Tree, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  return tree.spans.flatMap((span, at) => {
    const fields = [span.name, span.kind, span.tool, span.model, span.agent, span.service, span.error_type, span.span_id];
    return fields.some((field) => field?.toLowerCase().includes(wanted)) ? [at] : [];
  });
}
