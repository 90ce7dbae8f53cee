/**
 * The filter line, cut into terms for display. The server alone decides what a term means; here it is only
 * known where one ends and the next begins, so that each can be shown as a chip and removed.
 */

export interface Term {
  /** The term exactly as it was typed. */
  readonly text: string;
  /** Where it starts in the line, in characters. */
  readonly at: number;
  readonly negated: boolean;
  /** The part before the colon, null for plain text. */
  readonly key: string | null;
  readonly value: string;
}

/** The end of the word that starts at `start`: spaces inside quotes and brackets belong to it. */
function endOfTerm(line: string, start: number): number {
  let quoted = false;
  let depth = 0;
  for (let at = start; at < line.length; at += 1) {
    const character = line[at];
    if (character === "\\" && quoted) at += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (/\s/.test(character ?? "") && depth <= 0) return at;
  }
  return line.length;
}

/** The end of a key such as `status` or `attr."user id"` that starts at `start`; -1 when no key stands there. */
const KEY = /^(?:[A-Za-z_][\w.-]*|(?:attr|resource)\."(?:[^"\\]|\\.)*"):/;

/** Every term of a filter line, in order. Nothing is dropped: a term that means nothing is shown all the same. */
export function parseTerms(line: string): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at] ?? "")) {
      at += 1;
      continue;
    }
    const end = endOfTerm(line, at);
    const text = line.slice(at, end);
    const negated = text.startsWith("-") && text.length > 1;
    const bare = negated ? text.slice(1) : text;
    const key = KEY.exec(bare);
    terms.push({
      text,
      at,
      negated,
      key: key ? key[0].slice(0, -1) : null,
      value: key ? bare.slice(key[0].length) : bare,
    });
    at = end;
  }
  return terms;
}

const NEEDS_QUOTES = /[\s"(),:]/;

/** A value as it may stand in a filter. */
export function quoteValue(value: string): string {
  if (value !== "" && !NEEDS_QUOTES.test(value) && !/^[-><=~]/.test(value) && !value.endsWith("*")) return value;
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A term for one attribute, as a click on it makes it. */
export function attributeTerm(place: "attr" | "resource", key: string, value: string): string {
  const name = /^[A-Za-z_][\w.-]*$/.test(key) ? key : quoteValue(key);
  return `${place}.${name}:${quoteValue(value)}`;
}

/** The line with one more term; unchanged when the term stands there already. */
export function addTerm(line: string, term: string): string {
  if (parseTerms(line).some((present) => present.text === term)) return line;
  return `${line.trim()} ${term}`.trim();
}

const negate = (term: string): string => (term.startsWith("-") ? term.slice(1) : `-${term}`);

/** Whether the term stands in the line. */
export function hasTerm(line: string, term: string): boolean {
  return parseTerms(line).some((present) => present.text === term);
}

/** The line that does not let the term pass: without it where it stood, else with its negation. */
export function excludeTerm(line: string, term: string): string {
  const index = parseTerms(line).findIndex((present) => present.text === term);
  return index >= 0 ? removeTerm(line, index) : addTerm(line, negate(term));
}

/** The line that lets the term pass: without its negation where that stood, else with the term. */
export function includeTerm(line: string, term: string): string {
  const index = parseTerms(line).findIndex((present) => present.text === negate(term));
  return index >= 0 ? removeTerm(line, index) : addTerm(line, term);
}

/** The line without its term number `index`. */
export function removeTerm(line: string, index: number): string {
  return parseTerms(line)
    .filter((_, position) => position !== index)
    .map((term) => term.text)
    .join(" ");
}

/** The number of the term that the server's message blames by its column; -1 when it names none. */
export function blamedTerm(line: string, message: string): number {
  const column = /column (\d+)/.exec(message)?.[1];
  if (column === undefined) return -1;
  const at = Number(column) - 1;
  return parseTerms(line).findLastIndex((term) => term.at <= at);
}
