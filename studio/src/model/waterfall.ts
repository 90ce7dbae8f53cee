import type { Tree } from "./tree";
import { isWrapper } from "./wrapper";

/** Siblings of one name in a row stand as one group from this many on. */
export const GROUP_FROM = 5;
/** Deeper spans are not indented further; the panel's breadcrumb tells their depth. */
export const INDENT_CAP = 16;

export interface SpanRow {
  readonly type: "span";
  readonly at: number;
  readonly depth: number;
  readonly open: boolean;
  /** How many spans hang below; 0 for a leaf. */
  readonly below: number;
  /** Positions of the wrappers above it that it stands for, outermost first. */
  readonly wrappers: readonly number[];
}

/** Consecutive siblings of the same name. `id` names the first of them. */
export interface GroupRow {
  readonly type: "group";
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly members: readonly number[];
  readonly open: boolean;
  readonly startNs: number;
  readonly endNs: number;
  readonly errors: number;
}

/** Heads the spans whose parent never came. */
export interface OrphanRow {
  readonly type: "orphans";
  readonly count: number;
}

export type Row = SpanRow | GroupRow | OrphanRow;

/** What the reader has folded and opened. Kept per trace, so that new spans do not undo it. */
export interface Folding {
  /** Ids of spans whose descendants are hidden. */
  readonly closed: ReadonlySet<string>;
  /** Ids of groups that stand open; a group is closed at first. */
  readonly opened: ReadonlySet<string>;
  /** Whether repeated siblings stand as one row at all. */
  readonly grouping: boolean;
  /** Whether the child of a wrapper stands in its place. */
  readonly folding: boolean;
  /** Ids of wrappers that stand although wrappers are folded. */
  readonly unwrapped: ReadonlySet<string>;
}

export const UNFOLDED: Folding = { closed: new Set(), opened: new Set(), grouping: true, folding: true, unwrapped: new Set() };

/** Whether the only child of span `at` stands in its place. */
export function isFolded(tree: Tree, { folding, unwrapped }: Folding, at: number): boolean {
  const span = tree.spans[at];
  const child = tree.spans[at + 1];
  if (!folding || !span || unwrapped.has(span.span_id)) return false;
  if (!child || tree.parent[at + 1] !== at || tree.end[at + 1] !== tree.end[at]) return false;
  return isWrapper(span, child);
}

/** Key of a group in `Folding.opened`. */
export function groupId(tree: Tree, first: number): string {
  return `${tree.spans[first]?.span_id}*`;
}

/** Which spans have rows at all, by position; null for all of them. */
export type Kept = Uint8Array | null;

/** The spans of some kinds, and those that they hang below. Null when that is all of them. */
export function keptKinds(tree: Tree, kinds: ReadonlySet<string>): Kept {
  if (kinds.size === 0) return null;
  const kept = new Uint8Array(tree.spans.length);
  for (let at = kept.length - 1; at >= 0; at -= 1) {
    if (kinds.has(tree.spans[at]?.kind ?? "")) kept[at] = 1;
    const parent = tree.parent[at] as number;
    if (kept[at] === 1 && parent !== -1) kept[parent] = 1;
  }
  return kept;
}

/** Positions of the children of `at`, or of the roots for -1. */
function childrenOf(tree: Tree, at: number, from: number, to: number, kept: Kept = null): number[] {
  const children: number[] = [];
  for (let child = from; child < to; child = tree.end[child] as number) {
    if (tree.parent[child] === at && (kept === null || kept[child] === 1)) children.push(child);
  }
  return children;
}

/** Whether siblings stand as one row. The steps of an agent are its story, so agents and chains never do. */
function isGroup(tree: Tree, stretch: readonly number[]): boolean {
  const kind = tree.spans[stretch[0] as number]?.kind;
  return stretch.length >= GROUP_FROM && kind !== "agent" && kind !== "chain";
}

/** Cuts siblings into stretches of one name. */
function stretches(tree: Tree, siblings: readonly number[]): number[][] {
  const cut: number[][] = [];
  for (const at of siblings) {
    const last = cut.at(-1);
    const name = tree.spans[at]?.name;
    if (last && tree.spans[last[0] as number]?.name === name) last.push(at);
    else cut.push([at]);
  }
  return cut;
}

/** The rows of a waterfall from the top down. */
export function layRows(tree: Tree, folding: Folding, kept: Kept = null): Row[] {
  const rows: Row[] = [];
  const firstOrphan = tree.orphans[0] ?? tree.spans.length;
  const stack: { stretch: readonly number[]; depth: number }[] = [];

  const push = (siblings: readonly number[], depth: number): void => {
    const cut = stretches(tree, siblings);
    for (let index = cut.length - 1; index >= 0; index -= 1) stack.push({ stretch: cut[index] as number[], depth });
  };
  const drain = (): void => {
    for (let next = stack.pop(); next; next = stack.pop()) {
      const grouped = folding.grouping && isGroup(tree, next.stretch);
      if (grouped) {
        const row = groupRow(tree, next.stretch, next.depth, folding);
        rows.push(row);
        if (!row.open) continue;
      } else if (next.stretch.length > 1) {
        for (const at of next.stretch.toReversed()) stack.push({ stretch: [at], depth: next.depth });
        continue;
      }
      const depth = grouped ? next.depth + 1 : next.depth;
      if (grouped) for (const at of next.stretch.toReversed()) stack.push({ stretch: [at], depth });
      else pushSpan(next.stretch[0] as number, depth);
    }
  };
  const pushSpan = (outermost: number, depth: number): void => {
    const wrappers: number[] = [];
    let at = outermost;
    for (; isFolded(tree, folding, at); at += 1) wrappers.push(at);
    const end = tree.end[at] as number;
    const open = !folding.closed.has(tree.spans[at]?.span_id ?? "");
    rows.push({ type: "span", at, depth, open, below: end - at - 1, wrappers });
    if (open && end > at + 1) push(childrenOf(tree, at, at + 1, end, kept), depth + 1);
  };

  push(childrenOf(tree, -1, 0, firstOrphan, kept), 0);
  drain();
  const orphans = kept === null ? tree.orphans : tree.orphans.filter((at) => kept[at] === 1);
  if (orphans.length > 0) {
    rows.push({ type: "orphans", count: orphans.length });
    push(orphans, 1);
    drain();
  }
  return rows;
}

function groupRow(tree: Tree, members: readonly number[], depth: number, folding: Folding): GroupRow {
  const first = members[0] as number;
  let startNs = Number.POSITIVE_INFINITY;
  let endNs = Number.NEGATIVE_INFINITY;
  let errors = 0;
  for (const at of members) {
    const span = tree.spans[at];
    if (!span) continue;
    startNs = Math.min(startNs, span.start_ns);
    endNs = Math.max(endNs, span.start_ns + (span.duration_ns ?? 0));
    if (span.status === "error") errors += 1;
  }
  const id = groupId(tree, first);
  const { name, kind } = tree.spans[first] as { name: string; kind: string };
  return { type: "group", id, name, kind, depth, members, open: folding.opened.has(id), startNs, endNs, errors };
}

/** The folding in which span `at` has a row: everything above it open, its group too. */
export function reveal(tree: Tree, folding: Folding, at: number): Folding {
  const closed = new Set(folding.closed);
  const opened = new Set(folding.opened);
  const unwrapped = new Set(folding.unwrapped);
  if (isFolded(tree, folding, at)) unwrapped.add(tree.spans[at]?.span_id ?? "");
  for (let above = at; above !== -1; above = tree.parent[above] as number) {
    if (above !== at) closed.delete(tree.spans[above]?.span_id ?? "");
    const first = firstOfStretch(tree, above);
    if (first !== null) opened.add(groupId(tree, first));
  }
  return { ...folding, closed, opened, unwrapped };
}

/** The first member of the group that span `at` would stand in, null when it stands alone. */
function firstOfStretch(tree: Tree, at: number): number | null {
  const parent = tree.parent[at] as number;
  const isOrphan = parent === -1 && at >= (tree.orphans[0] ?? tree.spans.length);
  const from = parent === -1 ? (isOrphan ? (tree.orphans[0] as number) : 0) : parent + 1;
  const to = parent === -1 ? (isOrphan ? tree.spans.length : (tree.orphans[0] ?? tree.spans.length)) : (tree.end[parent] as number);
  const stretch = stretches(tree, childrenOf(tree, parent, from, to)).find((members) => members.includes(at));
  return stretch && isGroup(tree, stretch) ? (stretch[0] as number) : null;
}

/** The row of span `at`, or of the group or ancestor that hides it. */
export function rowOf(rows: readonly Row[], tree: Tree, at: number): number {
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index] as Row;
    if (row.type === "span" && (row.at === at || row.wrappers.includes(at) || (row.at < at && (tree.end[row.at] as number) > at))) return index;
    if (row.type === "group" && row.members.some((member) => member <= at && (tree.end[member] as number) > at)) return index;
  }
  return -1;
}

/** The part of a trace's time that is shown, in nanoseconds of the trace's own clock. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** A bar's place in the view, in percent of its width; null when it lies outside. */
export function barOf(view: View, startNs: number, endNs: number): { left: number; width: number } | null {
  const span = view.to - view.from;
  if (endNs < view.from || startNs > view.to || span <= 0) return null;
  const left = Math.max(0, (startNs - view.from) / span);
  const right = Math.min(1, (endNs - view.from) / span);
  return { left: left * 100, width: Math.max(0, right - left) * 100 };
}

/** The view zoomed by `factor` around its middle, kept inside `whole`. */
export function zoom(view: View, factor: number, whole: View): View {
  const middle = (view.from + view.to) / 2;
  const half = Math.max(((view.to - view.from) / 2) * factor, 50);
  return clampView({ from: middle - half, to: middle + half }, whole);
}

/** The view moved by a share of its width, kept inside `whole`. */
export function pan(view: View, share: number, whole: View): View {
  const by = (view.to - view.from) * share;
  return clampView({ from: view.from + by, to: view.to + by }, whole);
}

export function clampView(view: View, whole: View): View {
  const width = Math.min(view.to - view.from, whole.to - whole.from);
  const from = Math.min(Math.max(view.from, whole.from), whole.to - width);
  return { from, to: from + width };
}

/** Round moments for the ruler: about `count` of them. */
export function ticksOf(view: View, count: number): number[] {
  const rough = (view.to - view.from) / count;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) ticks.push(at);
  return ticks;
}
