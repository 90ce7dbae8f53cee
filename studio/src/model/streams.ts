/** Text that spans stream while they are made: pieces in the order of their tokens, with how fast they come. */
import type { SpanTokens } from "./api";

/** One item of the stream: `text` is of `count` tokens, the first of them the `index`-th of its span. */
export interface Piece {
  readonly trace_id: string;
  readonly span_id: string;
  readonly index: number;
  readonly count: number;
  readonly text: string;
}

export interface Streamed {
  readonly text: string;
  /** The token to come next. */
  readonly next: number;
  /** Tokens that are not in the text: dropped on the way, not asked for yet, or no longer kept. */
  readonly missed: number;
  /** Where in the text the piece that begins with a token begins. */
  readonly places: readonly { readonly index: number; readonly offset: number }[];
  /** When how many tokens came, newest last; only what the rate is of. In ms of any one clock. */
  readonly arrivals: readonly { readonly at: number; readonly count: number }[];
}

/** By span, in the order in which they first spoke. */
export type Streams = ReadonlyMap<string, Streamed>;

/** The rate is of the last 5 seconds. */
const RATE_MS = 5_000;
const NOTHING: Streamed = { text: "", next: 0, missed: 0, places: [], arrivals: [] };

function added(before: Streamed, pieces: readonly Piece[], at: number): Streamed {
  let { text, next, missed } = before;
  const places = [...before.places];
  let count = 0;
  for (const piece of pieces) {
    // What was there before comes again after a reconnect.
    if (piece.index < next) continue;
    places.push({ index: piece.index, offset: text.length });
    missed += piece.index - next;
    next = piece.index + piece.count;
    text += piece.text;
    count += piece.count;
  }
  if (count === 0) return before;
  return { text, next, missed, places, arrivals: [...before.arrivals.filter((arrival) => at - arrival.at < RATE_MS), { at, count }] };
}

/** The streams with pieces that have just arrived, at `at`. */
export function arrived(before: Streams, pieces: readonly Piece[], at: number): Streams {
  const next = new Map(before);
  for (const span of new Set(pieces.map((piece) => piece.span_id))) {
    next.set(span, added(next.get(span) ?? NOTHING, pieces.filter((piece) => piece.span_id === span), at));
  }
  return next;
}

/** The streams with what the server has kept of one; the pieces that came since follow behind it. */
export function fetched(before: Streams, stored: SpanTokens): Streams {
  if (stored.next_index === 0) return before;
  const known = before.get(stored.span_id) ?? NOTHING;
  if (known.missed === 0 && known.next >= stored.next_index) return before;
  const since = known.places.find(({ index }) => index >= stored.next_index);
  const tail = since ? known.text.slice(since.offset) : "";
  const next = new Map(before);
  next.set(stored.span_id, {
    ...known, text: stored.text + tail, next: Math.max(known.next, stored.next_index),
    missed: stored.first_index + (since ? since.index - stored.next_index : 0),
    places: known.places.filter(({ index }) => since && index >= since.index).map(({ index, offset }) => ({ index, offset: offset - (since?.offset ?? 0) + stored.text.length })),
  });
  return next;
}

/** Tokens a second of late, null until there are two moments to tell it by. */
export function rateOf({ arrivals }: Streamed, now: number): number | null {
  const recent = arrivals.filter(({ at }) => now - at < RATE_MS);
  const [first] = recent;
  if (!first || recent.length < 2) return null;
  const seconds = Math.max(now - first.at, 1) / 1000;
  // The first arrival begins the time and is not within it.
  return recent.slice(1).reduce((sum, { count }) => sum + count, 0) / seconds;
}
