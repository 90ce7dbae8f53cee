import type { GraphNode } from "./api";
import { type Kind, kindOf } from "./kinds";
import type { Tree } from "./tree";

/** The kinds whose spans are nodes by themselves, as the server makes them: fanlight/query/graph.py. */
const ACTORS = new Set(["agent", "llm", "tool", "retriever", "embedding", "reranker", "guardrail", "evaluator"]);

/** Positions of the spans that a node of the graph stands for. Of a node that only its instrumentation declares, none are known. */
export function spansOfNode(tree: Tree, { kind, name }: GraphNode): readonly number[] {
  return tree.spans.flatMap((span, at) => {
    if (!ACTORS.has(span.kind) || span.wrapper) return [];
    const [ownKind, own] = span.kind === "llm" ? ["model", span.model] : [span.kind, span.kind === "agent" ? span.agent : span.kind === "tool" ? span.tool : null];
    return ownKind === kind && (own || span.name) === name ? [at] : [];
  });
}

/** The nodes that a picture can hold: those of most spans. */
export function mostUsed(nodes: readonly GraphNode[], most: number): readonly GraphNode[] {
  if (nodes.length <= most) return nodes;
  const kept = new Set(nodes.toSorted((left, right) => right.spans - left.spans).slice(0, most));
  return nodes.filter((node) => kept.has(node));
}

/** A node's kind as spans have it: the graph calls a language model by its own word. */
export const kindOfNode = ({ kind }: GraphNode): Kind => kindOf(kind === "model" ? "llm" : kind);
