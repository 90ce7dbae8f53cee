import type { Tree } from "./tree";

/** Numbers of a trace's spans, by position. What nobody reported is null. */
export interface Sums {
  /** Nanoseconds of a span in which none of its children ran; null while it goes on. */
  readonly self: readonly (number | null)[];
  /** Tokens and cost: its own where it reports them, else those of the spans below that do. */
  readonly input: readonly (number | null)[];
  readonly output: readonly (number | null)[];
  readonly cost: readonly (number | null)[];
  /** Whether tokens and cost are those of the spans below. */
  readonly isSum: readonly boolean[];
}

/** One pass from the last span to the first: a parent stands before its children. */
export function sumsOf(tree: Tree): Sums {
  const count = tree.spans.length;
  const covered = coveredOf(tree);
  const [input, output, cost] = [tree.spans.map((span) => span.tokens_input), tree.spans.map((span) => span.tokens_output), tree.spans.map((span) => (span.cost === null ? null : Number(span.cost)))];
  const isSum: boolean[] = Array.from({ length: count }, () => false);
  const takeInto = (column: (number | null)[], own: number | null, parent: number, at: number): void => {
    if (own !== null || column[at] === null) return;
    column[parent] = (column[parent] ?? 0) + (column[at] as number);
    isSum[parent] = true;
  };
  for (let at = count - 1; at >= 0; at -= 1) {
    const parent = tree.parent[at] as number;
    const above = tree.spans[parent];
    if (!above) continue;
    takeInto(input, above.tokens_input, parent, at);
    takeInto(output, above.tokens_output, parent, at);
    takeInto(cost, above.cost === null ? null : Number(above.cost), parent, at);
  }
  const self = tree.spans.map((span, at) => (span.duration_ns === null ? null : Math.max(0, span.duration_ns - (covered[at] as number))));
  return { self, input, output, cost, isSum };
}

/** Nanoseconds of one span in which none of its children ran. */
export function selfOf(tree: Tree, at: number): number {
  const span = tree.spans[at];
  if (!span || span.duration_ns === null) return 0;
  const end = span.start_ns + span.duration_ns;
  let [covered, until] = [0, span.start_ns];
  for (let child = at + 1; child < (tree.end[at] as number); child = tree.end[child] as number) {
    const { start_ns: start, duration_ns: takes } = tree.spans[child] as { start_ns: number; duration_ns: number | null };
    const to = Math.min(takes === null ? tree.endNs : start + takes, end);
    covered += Math.max(0, to - Math.max(start, until));
    until = Math.max(until, to);
  }
  return Math.max(0, span.duration_ns - covered);
}

/** How long each span had a child running: children stand in order of start, so one sweep unites them. */
function coveredOf(tree: Tree): readonly number[] {
  const covered = tree.spans.map(() => 0);
  const until = tree.spans.map((span) => span.start_ns);
  tree.spans.forEach((span, at) => {
    const parent = tree.parent[at] as number;
    const above = tree.spans[parent];
    if (!above || above.duration_ns === null) return;
    const ends = span.duration_ns === null ? tree.endNs : span.start_ns + span.duration_ns;
    const end = Math.min(ends, above.start_ns + above.duration_ns);
    const from = Math.max(span.start_ns, until[parent] as number);
    if (end > from) covered[parent] = (covered[parent] as number) + end - from;
    until[parent] = Math.max(until[parent] as number, end);
  });
  return covered;
}
