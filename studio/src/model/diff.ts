/** Two texts compared, by lines and within changed lines by words. Its work is bounded: texts come from anyone. */

export interface DiffPiece {
  readonly text: string;
  /** The other side does not have it. */
  readonly changed: boolean;
}

export interface DiffLine {
  /** From 1 on. */
  readonly number: number;
  readonly pieces: readonly DiffPiece[];
}

/** A line of both sides; `changed` is a line that stands on both, but not the same. */
export interface DiffRow {
  readonly kind: "same" | "changed" | "removed" | "added";
  readonly left: DiffLine | null;
  readonly right: DiffLine | null;
}

export interface Diff {
  readonly rows: readonly DiffRow[];
  readonly removed: number;
  readonly added: number;
  /** The texts are too unlike to say more than that their middle was replaced. */
  readonly rough: boolean;
  /** Only their first MOST_LINES lines were compared. */
  readonly truncated: boolean;
}

export const MOST_LINES = 20_000;
/** So many lines may differ, added and removed, before the comparison becomes a rough one. */
const MOST_EDITS = 1_000;
/** Longer lines are not compared by words. */
const LONGEST_LINE = 4_000;
const MOST_WORD_EDITS = 200;

type Step = "same" | "removed" | "added";

/** The shortest way from `left` to `right` (Myers 1986), or null when it has more than `most` edits. */
export function shortestEdit(left: ArrayLike<number>, right: ArrayLike<number>, most: number): Step[] | null {
  const [n, m] = [left.length, right.length];
  const limit = Math.min(n + m, most);
  const offset = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  const history: Int32Array[] = [];
  for (let edits = 0; edits <= limit; edits += 1) {
    history.push(furthest.slice(offset - edits - 1, offset + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const isDown = k === -edits || (k !== edits && (furthest[offset + k - 1] as number) < (furthest[offset + k + 1] as number));
      let x = isDown ? (furthest[offset + k + 1] as number) : (furthest[offset + k - 1] as number) + 1;
      while (x < n && x - k < m && left[x] === right[x - k]) x += 1;
      furthest[offset + k] = x;
      if (x >= n && x - k >= m) return walkBack(history, n, m);
    }
  }
  return null;
}

function walkBack(history: readonly Int32Array[], n: number, m: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [n, m];
  for (let edits = history.length - 1; edits >= 0; edits -= 1) {
    // history[edits] holds the diagonals -edits-1 to edits+1 as they were before this edit.
    const before = history[edits] as Int32Array;
    const at = (diagonal: number): number => before[diagonal + edits + 1] as number;
    const k = x - y;
    const isDown = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const from = edits === 0 ? 0 : isDown ? at(k + 1) : at(k - 1);
    const fromY = edits === 0 ? 0 : from - (isDown ? k + 1 : k - 1);
    const [startX, startY] = edits === 0 ? [0, 0] : isDown ? [from, fromY + 1] : [from + 1, fromY];
    for (; x > startX && y > startY; x -= 1, y -= 1) steps.push("same");
    if (edits > 0) steps.push(isDown ? "added" : "removed");
    [x, y] = [from, fromY];
  }
  return steps.toReversed();
}

function numbered(left: readonly string[], right: readonly string[]): [Int32Array, Int32Array] {
  const ids = new Map<string, number>();
  const idOf = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, ids.size);
    return ids.size - 1;
  };
  return [Int32Array.from(left, idOf), Int32Array.from(right, idOf)];
}

const same = (count: number): Step[] => Array.from({ length: count }, () => "same");

/** The steps between two lists, and whether they are only rough. */
function stepsOf(left: readonly string[], right: readonly string[], most: number): { steps: Step[]; rough: boolean } {
  const [a, b] = numbered(left, right);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const [restA, restB] = [a.subarray(head, a.length - tail), b.subarray(head, b.length - tail)];
  const found = shortestEdit(restA, restB, most);
  const middle = found ?? [...Array.from(restA, (): Step => "removed"), ...Array.from(restB, (): Step => "added")];
  return { steps: [...same(head), ...middle, ...same(tail)], rough: found === null };
}

const WORD = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

interface Growing {
  text: string;
  readonly changed: boolean;
}

function put(side: Growing[], text: string, changed: boolean): void {
  const last = side.at(-1);
  if (last && last.changed === changed) last.text += text;
  else side.push({ text, changed });
}

/** One line of each side, with the words that the other does not have. */
export function diffWords(left: string, right: string): { readonly left: readonly DiffPiece[]; readonly right: readonly DiffPiece[] } {
  const whole = { left: [{ text: left, changed: true }], right: [{ text: right, changed: true }] };
  if (left.length > LONGEST_LINE || right.length > LONGEST_LINE) return whole;
  const [a, b] = [left.match(WORD) ?? [], right.match(WORD) ?? []];
  const { steps, rough } = stepsOf(a, b, MOST_WORD_EDITS);
  if (rough) return whole;
  const sides = { left: [] as Growing[], right: [] as Growing[] };
  let [x, y] = [0, 0];
  for (const step of steps) {
    if (step !== "added") put(sides.left, a[x++] as string, step === "removed");
    if (step !== "removed") put(sides.right, b[y++] as string, step === "added");
  }
  return sides;
}

const plain = (number: number, text: string, changed: boolean): DiffLine => ({ number, pieces: [{ text, changed }] });

/** Two texts, line by line. A stretch of removed lines stands beside the added ones that follow it. */
export function diffTexts(left: string, right: string): Diff {
  const [wholeA, wholeB] = [left.split("\n"), right.split("\n")];
  const [a, b] = [wholeA.slice(0, MOST_LINES), wholeB.slice(0, MOST_LINES)];
  const { steps, rough } = stepsOf(a, b, MOST_EDITS);
  const rows: DiffRow[] = [];
  let [x, y, removed, added] = [0, 0, 0, 0];
  for (let at = 0; at < steps.length;) {
    if (steps[at] === "same") {
      const text = a[x] as string;
      rows.push({ kind: "same", left: plain(x + 1, text, false), right: plain(y + 1, text, false) });
      [x, y, at] = [x + 1, y + 1, at + 1];
      continue;
    }
    let [gone, come] = [0, 0];
    for (; at < steps.length && steps[at] !== "same"; at += 1) {
      if (steps[at] === "removed") gone += 1;
      else come += 1;
    }
    rows.push(...changedRows(a.slice(x, x + gone), b.slice(y, y + come), x + 1, y + 1));
    [x, y, removed, added] = [x + gone, y + come, removed + gone, added + come];
  }
  return { rows, removed, added, rough, truncated: wholeA.length > MOST_LINES || wholeB.length > MOST_LINES };
}

function changedRows(left: readonly string[], right: readonly string[], x: number, y: number): DiffRow[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index): DiffRow => {
    const [before, after] = [left[index], right[index]];
    if (before === undefined) return { kind: "added", left: null, right: plain(y + index, after as string, true) };
    if (after === undefined) return { kind: "removed", left: plain(x + index, before, true), right: null };
    const words = diffWords(before, after);
    return { kind: "changed", left: { number: x + index, pieces: words.left }, right: { number: y + index, pieces: words.right } };
  });
}
