/** A text cut into lines of a width, for a list that draws only those that are seen. */
export interface Wrapped {
  /** Where each row starts in the text, and where the last one ends. */
  readonly starts: Int32Array;
  /** The number of the line that a row begins, from 1 on; 0 for a row that goes on with the line above. */
  readonly numbers: Int32Array;
  readonly count: number;
  /** There are more rows than are laid. */
  readonly truncated: boolean;
}

/** A list's height in pixels is limited by browsers; so many rows stay well below. */
const MOST_ROWS = 1_000_000;

/** How many columns a code unit takes: halves of a pair one each, together two. */
function cellsOf(code: number): number {
  if (code === 0x09) return 4;
  // Named in their place where they are shown.
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x206f) || code === 0xfeff) return 6;
  return code >= 0x1100 && !(code >= 0xd800 && code <= 0xdfff) ? 2 : 1;
}

/** The rows of `text`, none wider than `columns`. */
export function wrapText(text: string, columns: number): Wrapped {
  const starts: number[] = [0];
  const numbers: number[] = [1];
  let [cells, line] = [0, 1];
  const begin = (at: number, number: number): void => {
    starts.push(at);
    numbers.push(number);
    cells = 0;
  };
  for (let at = 0; at < text.length && starts.length <= MOST_ROWS; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      line += 1;
      begin(at + 1, line);
      continue;
    }
    const wide = cellsOf(code);
    const isSecondHalf = code >= 0xdc00 && code <= 0xdfff;
    if (cells + wide > columns && cells > 0 && !isSecondHalf) begin(at, 0);
    cells += wide;
  }
  const truncated = starts.length > MOST_ROWS;
  const count = truncated ? MOST_ROWS : starts.length;
  const ends = truncated ? (starts[MOST_ROWS] as number) : text.length;
  return { starts: Int32Array.from([...take(starts, count), ends]), numbers: Int32Array.from(take(numbers, count)), count, truncated };
}

const take = (list: readonly number[], count: number): readonly number[] => (list.length === count ? list : list.slice(0, count));

/** Row `index` as it is shown, without its line break. */
export function rowText(text: string, { starts }: Wrapped, index: number): string {
  return text.slice(starts[index], starts[index + 1]).replace(/\r?\n$/, "");
}

/** The row that holds place `at` of the text. */
export function rowAt({ starts, count }: Wrapped, at: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

const MOST_MATCHES = 10_000;

/** Where a text holds another, whatever the case: the first ten thousand places. */
export function placesOf(text: string, wanted: string): readonly number[] {
  const lower = wanted.toLowerCase();
  if (lower === "") return [];
  const whole = text.toLowerCase();
  const places: number[] = [];
  for (let at = whole.indexOf(lower); at !== -1 && places.length < MOST_MATCHES; at = whole.indexOf(lower, at + lower.length)) places.push(at);
  return places;
}
