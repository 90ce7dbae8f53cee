/** Fuzzy matching: the letters of what was typed, in order, the better the closer they stand. */

export interface Match {
  /** Higher is better. */
  readonly score: number;
  /** Places of the letters that matched. */
  readonly places: readonly number[];
}

const START = 12;
const WORD = 8;
const RUN = 6;

const beginsWord = (text: string, at: number): boolean =>
  at === 0 || /[\s/_.:-]/.test(text[at - 1] ?? "") || (/[a-z\d]/.test(text[at - 1] ?? "") && /[A-Z]/.test(text[at] ?? ""));

/**
 * How well `text` matches what was typed; null when a letter is missing. Words that are typed with a space
 * between may stand in any order.
 */
export function fuzzy(typed: string, text: string): Match | null {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  let score = 0;
  const places = new Set<number>();
  for (const word of words) {
    const found = ofWord(word, text);
    if (!found) return null;
    score += found.score;
    for (const place of found.places) places.add(place);
  }
  return { score: score - text.length / 100, places: [...places].toSorted((one, other) => one - other) };
}

function ofWord(word: string, text: string): Match | null {
  const lower = text.toLowerCase();
  const whole = wholeWord(word, lower, text);
  if (whole) return whole;
  let score = 0;
  let at = -1;
  const places: number[] = [];
  for (const letter of word) {
    const next = lower.indexOf(letter, at + 1);
    if (next < 0) return null;
    score += next === at + 1 && at >= 0 ? RUN : next === 0 ? START : beginsWord(text, next) ? WORD : 1;
    score -= Math.min(3, next - at - 1) / 2;
    places.push(next);
    at = next;
  }
  return { score, places };
}

/** The best place where the word stands as it is. */
function wholeWord(word: string, lower: string, text: string): Match | null {
  let best: Match | null = null;
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
    const score = word.length * RUN + (at === 0 ? 2 * START : beginsWord(text, at) ? START + WORD : 0);
    if (best === null || score > best.score) best = { score, places: Array.from(word, (_, index) => at + index) };
  }
  return best;
}

/** Whatever matches, the best first; everything in its order when nothing was typed. */
export function rank<T>(typed: string, items: readonly T[], textOf: (item: T) => string): readonly { readonly item: T; readonly match: Match }[] {
  const matched = items.flatMap((item) => {
    const match = fuzzy(typed, textOf(item));
    return match ? [{ item, match }] : [];
  });
  return typed.trim() === "" ? matched : matched.toSorted((one, other) => other.match.score - one.match.score);
}
