import type { SpanFields } from "./api";

/** A trace as a tree, in flat arrays: position i of each is the i-th span in depth-first order. */
export interface Tree {
  readonly spans: readonly SpanFields[];
  readonly depth: readonly number[];
  /** One past the last descendant of span i. */
  readonly end: readonly number[];
  /** Position of the parent, -1 for a root. */
  readonly parent: readonly number[];
  readonly position: ReadonlyMap<string, number>;
  /** Positions of the spans whose parent never came; they stand last. */
  readonly orphans: readonly number[];
  /** Nanoseconds from the trace's start to its earliest span; clocks of two hosts disagree, so it may be negative. */
  readonly startNs: number;
  readonly endNs: number;
  readonly errors: readonly number[];
}

/** By start; where a clock's ticks are long, by end. */
function compareSpans(left: SpanFields, right: SpanFields): number {
  const byEnd = (left.duration_ns ?? Number.MAX_VALUE) - (right.duration_ns ?? Number.MAX_VALUE);
  return left.start_ns - right.start_ns || byEnd || (left.span_id < right.span_id ? -1 : 1);
}

interface Kinship {
  readonly roots: SpanFields[];
  readonly orphans: SpanFields[];
  readonly children: Map<string, SpanFields[]>;
}

/** Who belongs to whom. A span whose parent is not there is an orphan. */
function kinshipOf(spans: ReadonlyMap<string, SpanFields>): Kinship {
  const roots: SpanFields[] = [];
  const orphans: SpanFields[] = [];
  const children = new Map<string, SpanFields[]>();
  for (const span of spans.values()) {
    if (span.parent_span_id === null) roots.push(span);
    else if (!spans.has(span.parent_span_id)) orphans.push(span);
    else {
      const siblings = children.get(span.parent_span_id);
      if (siblings) siblings.push(span);
      else children.set(span.parent_span_id, [span]);
    }
  }
  for (const list of [roots, orphans, ...children.values()]) list.sort(compareSpans);
  return { roots, orphans, children };
}

/** The tree of a set of spans, whatever order they came in. */
export function buildTree(set: ReadonlyMap<string, SpanFields>): Tree {
  const { roots, orphans, children } = kinshipOf(set);
  const spans: SpanFields[] = [];
  const depth: number[] = [];
  const parent: number[] = [];
  const position = new Map<string, number>();

  const lay = (starts: readonly SpanFields[]): void => {
    // A stack of our own: an agent may nest deeper than the engine's call stack.
    const waiting = starts.map((span) => ({ span, depth: 0, parent: -1 })).toReversed();
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (position.has(next.span.span_id)) continue;
      const at = spans.length;
      spans.push(next.span);
      depth.push(next.depth);
      parent.push(next.parent);
      position.set(next.span.span_id, at);
      const below = children.get(next.span.span_id) ?? [];
      for (let index = below.length - 1; index >= 0; index -= 1) {
        waiting.push({ span: below[index] as SpanFields, depth: next.depth + 1, parent: at });
      }
    }
  };
  lay(roots);
  const firstOrphan = spans.length;
  lay(orphans);
  // What is left hangs in loops of parents: each is opened at its earliest span.
  if (position.size < set.size) {
    lay([...set.values()].filter((span) => !position.has(span.span_id)).toSorted(compareSpans));
  }

  const end = endsOf(depth);
  return {
    spans, depth, end, parent, position,
    orphans: depth.flatMap((level, at) => (level === 0 && at >= firstOrphan ? [at] : [])),
    ...extentOf(spans),
    errors: spans.flatMap((span, at) => (span.status === "error" ? [at] : [])),
  };
}

function endsOf(depth: readonly number[]): number[] {
  const end = depth.map(() => depth.length);
  const open: number[] = [];
  for (let at = 0; at <= depth.length; at += 1) {
    const level = depth[at] ?? -1;
    while (open.length > 0 && (depth[open.at(-1) as number] as number) >= level) end[open.pop() as number] = at;
    open.push(at);
  }
  return end;
}

function extentOf(spans: readonly SpanFields[]): { startNs: number; endNs: number } {
  let startNs = Number.POSITIVE_INFINITY;
  let endNs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    startNs = Math.min(startNs, span.start_ns);
    endNs = Math.max(endNs, span.start_ns + (span.duration_ns ?? 0));
  }
  if (startNs > endNs) return { startNs: 0, endNs: 1 };
  return { startNs, endNs: Math.max(endNs, startNs + 1) };
}
