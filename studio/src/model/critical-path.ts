import type { Tree } from "./tree";

/** The stretches of time during which nothing but one span kept the trace from ending earlier. */
export interface CriticalPath {
  /** By position of a span, the stretches that it alone answers for, latest first. */
  readonly stretches: ReadonlyMap<number, readonly (readonly [from: number, to: number])[]>;
  /** Nanoseconds by position of a span. */
  readonly own: ReadonlyMap<number, number>;
  /** From the trace's start to its end. */
  readonly totalNs: number;
}

/** Ending so much after the next one began is how clocks are. */
const SKEW_NS = 1_000_000;

interface Frame {
  readonly at: number;
  readonly from: number;
  /** Whatever is later has been told. */
  cursor: number;
  /** Whether a child has been taken: the first may outlive its parent, and then counts up to its parent's end. */
  hasTaken: boolean;
  /** Children by their end, the earliest first: the latest is taken from the end of the list. */
  readonly children: number[];
}

/**
 * The way back from the end of a trace: at each moment the child that ended last is what its parent waited for, and
 * before it the one that ended last before that child began. What no child answers for is the parent's own.
 */
export function criticalPath(tree: Tree): CriticalPath {
  const stretches = new Map<number, (readonly [number, number])[]>();
  const own = new Map<number, number>();
  const below = childrenByEnd(tree);
  const stack: Frame[] = [{ at: -1, from: tree.startNs, cursor: tree.endNs, hasTaken: false, children: below.get(-1) ?? [] }];
  const tell = (at: number, from: number, to: number): void => {
    if (at === -1 || to <= from) return;
    own.set(at, (own.get(at) ?? 0) + to - from);
    const known = stretches.get(at);
    if (known) known.push([from, to]);
    else stretches.set(at, [[from, to]]);
  };
  while (stack.length > 0) {
    const frame = stack.at(-1) as Frame;
    const child = frame.children.pop();
    if (child === undefined) {
      tell(frame.at, frame.from, frame.cursor);
      stack.pop();
      continue;
    }
    const from = Math.max(startOf(tree, child), frame.from);
    const to = Math.min(endOf(tree, child), frame.cursor);
    // One that still went on when its later sibling began did not hold that one up.
    const goesOn = frame.hasTaken && endOf(tree, child) > frame.cursor + SKEW_NS;
    if (to <= from || goesOn) continue;
    tell(frame.at, to, frame.cursor);
    frame.cursor = from;
    frame.hasTaken = true;
    stack.push({ at: child, from, cursor: to, hasTaken: false, children: below.get(child) ?? [] });
  }
  return { stretches, own, totalNs: tree.endNs - tree.startNs };
}

const startOf = (tree: Tree, at: number): number => tree.spans[at]?.start_ns ?? 0;

/** What has not ended goes on until the end of what is known. */
function endOf(tree: Tree, at: number): number {
  const span = tree.spans[at];
  if (!span) return tree.endNs;
  return span.duration_ns === null ? tree.endNs : span.start_ns + span.duration_ns;
}

function childrenByEnd(tree: Tree): Map<number, number[]> {
  const below = new Map<number, number[]>();
  tree.parent.forEach((parent, at) => {
    const siblings = below.get(parent);
    if (siblings) siblings.push(at);
    else below.set(parent, [at]);
  });
  for (const siblings of below.values()) siblings.sort((left, right) => endOf(tree, left) - endOf(tree, right) || startOf(tree, right) - startOf(tree, left));
  return below;
}
