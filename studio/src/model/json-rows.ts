/** A JSON value as rows of a list, of which only the visible ones are drawn. Nothing here calls itself: data nests as deep as it likes. */

type Fields = Readonly<Record<string, unknown>>;

export interface JsonRow {
  /** Where it stands, as JSONPath: `$.messages[0].content`. */
  readonly path: string;
  readonly depth: number;
  /** Its name in what holds it; null for the whole. */
  readonly key: string | null;
  readonly inList: boolean;
  readonly value: unknown;
  /** How many fields or items it holds; -1 for a value that holds none. */
  readonly size: number;
  readonly open: boolean;
}

export interface JsonRows {
  readonly rows: readonly JsonRow[];
  /** There are more rows than are laid. */
  readonly truncated: boolean;
}

/** What the reader opened and closed; what was never touched is open as far down as OPEN_DEPTH, unless it is large or one of many. */
export type Touched = ReadonlyMap<string, boolean>;

const MOST_ROWS = 200_000;
const OPEN_DEPTH = 2;
const LARGE = 100;

const isHolder = (value: unknown): value is Fields | readonly unknown[] => typeof value === "object" && value !== null;

/** The path of what `path` holds under `key`. */
export function pathOf(path: string, key: string, inList: boolean): string {
  if (inList) return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

const sizeOf = (value: unknown): number => (isHolder(value) ? Object.keys(value).length : -1);

/** Whether a value has more than `most` parts, counted no further than that. */
export function isLarge(value: unknown, most: number): boolean {
  let left = most;
  const waiting: unknown[] = [value];
  for (let next = waiting.pop(); waiting.length > 0 || next !== undefined; next = waiting.pop()) {
    left -= 1;
    if (left < 0) return true;
    if (isHolder(next)) for (const part of Object.values(next).slice(0, most + 1)) waiting.push(part ?? null);
  }
  return false;
}

/** The rows from the top down. */
export function layJson(value: unknown, touched: Touched): JsonRows {
  const rows: JsonRow[] = [];
  const waiting: JsonRow[] = [rowOf("$", 0, null, false, value, touched, false)];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (rows.length >= MOST_ROWS) return { rows, truncated: true };
    rows.push(next);
    if (!next.open) continue;
    const inList = Array.isArray(next.value);
    const entries = Object.entries(next.value as Fields);
    // Read from the last one on, so that the first stands on top of the stack.
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const [key, part] = entries[at] as [string, unknown];
      waiting.push(rowOf(pathOf(next.path, key, inList), next.depth + 1, key, inList, part, touched, entries.length > LARGE));
    }
  }
  return { rows, truncated: false };
}

function rowOf(path: string, depth: number, key: string | null, inList: boolean, value: unknown, touched: Touched, isCrowded: boolean): JsonRow {
  const size = sizeOf(value);
  const open = size > 0 && (touched.get(path) ?? (depth === 0 || (depth < OPEN_DEPTH && size <= LARGE && !isCrowded)));
  return { path, depth, key, inList, value, size, open };
}

export interface JsonMatch {
  readonly path: string;
  /** The paths of what holds it, outermost first. */
  readonly above: readonly string[];
}

const MOST_MATCHES = 1_000;

/** Where a key or a value holds the text, whatever its case: the first thousand places. */
export function findJson(value: unknown, text: string): readonly JsonMatch[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const found: JsonMatch[] = [];
  interface Place extends JsonMatch {
    readonly key: string;
    readonly value: unknown;
  }
  const waiting: Place[] = [{ path: "$", above: [], key: "", value }];
  for (let next = waiting.pop(); next && found.length < MOST_MATCHES; next = waiting.pop()) {
    const { path, above, key, value: held } = next;
    const isMatch = key.toLowerCase().includes(wanted) || (!isHolder(held) && String(held).toLowerCase().includes(wanted));
    if (isMatch) found.push({ path, above });
    if (!isHolder(held)) continue;
    const inList = Array.isArray(held);
    const entries = Object.entries(held);
    const inside = [...above, path];
    for (let at = entries.length - 1; at >= 0; at -= 1) {
      const [name, part] = entries[at] as [string, unknown];
      waiting.push({ path: pathOf(path, name, inList), above: inside, key: inList ? "" : name, value: part });
    }
  }
  return found;
}

/** Everything that holds something, open or closed; as many as there can be rows. */
export function touchAll(value: unknown, open: boolean): Touched {
  const touched = new Map<string, boolean>([["$", true]]);
  const waiting: { readonly path: string; readonly value: unknown }[] = [{ path: "$", value }];
  for (let next = waiting.pop(); next && touched.size < MOST_ROWS; next = waiting.pop()) {
    if (!isHolder(next.value)) continue;
    if (next.path !== "$") touched.set(next.path, open);
    const inList = Array.isArray(next.value);
    for (const [key, part] of Object.entries(next.value)) if (isHolder(part)) waiting.push({ path: pathOf(next.path, key, inList), value: part });
  }
  return touched;
}
