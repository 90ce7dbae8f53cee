/** Completion of a filter: what is being written at the end of a line, and what could stand there. */
import { formatWhole } from "../base/format";
import { parseTerms, quoteValue } from "./filter";
import type { FieldValue, FilterField } from "./schema";

/** What is being written: the name of a field, or a value of one. */
export interface Wanted {
  /** The field whose value is written; `attr.` where the key of an attribute is; null for a field's name. */
  readonly field: FilterField | null;
  /** The name that the server gives values of: `agent`, `attr.user.id`, `attr.`. */
  readonly asked: string;
  /** What is written of it so far, without quotes. */
  readonly prefix: string;
  /** What stands before it and stays. */
  readonly before: string;
}

export interface Suggestion {
  /** What the draft becomes. */
  readonly draft: string;
  readonly label: string;
  readonly detail: string;
  /** Whether the term is whole: it then becomes a chip. */
  readonly isWhole: boolean;
}

const OPERATOR = /^(?:>=|<=|>|<|=|~)/;
const MOST = 50;

/** What the end of `draft` asks for; null where nothing can be completed: in a bracket, behind a number's operator. */
export function wantedAt(draft: string, fields: readonly FilterField[]): Wanted | null {
  const last = parseTerms(draft).at(-1);
  const isNew = last === undefined || (/\s$/.test(draft) && last.at + last.text.length < draft.length);
  if (isNew) return { field: null, asked: "", prefix: "", before: draft };
  if (last.text.startsWith("(") || last.text.startsWith('"')) return null;
  const start = draft.slice(0, last.at) + (last.negated ? "-" : "");
  if (last.key === null) return unkeyed(last.value, start, fields);
  const field = fields.find(({ name }) => name === last.key || (name.endsWith(".") && last.key?.startsWith(name)));
  if (!field) return null;
  const operator = OPERATOR.exec(last.value)?.[0] ?? "";
  const values = last.value.slice(operator.length);
  const comma = lastComma(values);
  const prefix = values.slice(comma + 1);
  return {
    field, asked: last.key, prefix: prefix.replace(/^"|"$/g, ""),
    before: `${start}${last.key}:${operator}${values.slice(0, comma + 1)}`,
  };
}

/** A word that is the beginning of a field's name, or of an attribute's key. */
function unkeyed(word: string, start: string, fields: readonly FilterField[]): Wanted {
  const map = fields.find(({ name }) => name.endsWith(".") && word.startsWith(name));
  if (!map) return { field: null, asked: "", prefix: word, before: start };
  return { field: map, asked: map.name, prefix: word.slice(map.name.length).replace(/^"/, ""), before: `${start}${map.name}` };
}

/** The last comma that no quotes hold; -1 without one. */
function lastComma(values: string): number {
  let quoted = false;
  let found = -1;
  for (let at = 0; at < values.length; at += 1) {
    if (values[at] === "\\" && quoted) at += 1;
    else if (values[at] === '"') quoted = !quoted;
    else if (values[at] === "," && !quoted) found = at;
  }
  return found;
}

/** Whether the server has values of what is wanted. */
export function hasValues({ field }: Wanted): boolean {
  return field !== null && (field.takes === "text" || field.takes === "attribute") && field.name !== "text";
}

/** What could stand there: fields whose name begins so, then those that hold it; or values with their counts. */
export function suggest(wanted: Wanted, fields: readonly FilterField[], values: readonly FieldValue[]): readonly Suggestion[] {
  const prefix = wanted.prefix.toLowerCase();
  if (wanted.field === null) return suggestFields(wanted, prefix, fields);
  if (wanted.asked === wanted.field.name && wanted.field.takes === "attribute") {
    return values.map(({ value, count }) => ({
      draft: `${wanted.before}${/^[A-Za-z_][\w.-]*$/.test(value) ? value : quoteValue(value)}:`, label: `${wanted.field?.name}${value}`, detail: countOf(count), isWhole: false,
    }));
  }
  const known = wanted.field.values.length > 0 ? wanted.field.values.map((value) => ({ value, count: null })) : values;
  return known
    .filter(({ value }) => value.toLowerCase().startsWith(prefix))
    .map(({ value, count }) => ({ draft: `${wanted.before}${quoteValue(value)}`, label: value, detail: countOf(count), isWhole: true }))
    .slice(0, MOST);
}

const countOf = (count: number | null): string => (count === null ? "" : formatWhole(count));

function suggestFields(wanted: Wanted, prefix: string, fields: readonly FilterField[]): readonly Suggestion[] {
  const rank = ({ name }: FilterField): number => (name.startsWith(prefix) ? 0 : name.includes(prefix) ? 1 : 2);
  return fields
    .filter((field) => rank(field) < 2)
    .toSorted((one, other) => rank(one) - rank(other))
    .map((field) => ({
      draft: `${wanted.before}${field.name}${field.name.endsWith(".") ? "" : ":"}`,
      label: field.name.endsWith(".") ? `${field.name}…` : field.name, detail: EXAMPLES[field.name] ?? TAKES[field.takes] ?? "", isWhole: false,
    }));
}

const TAKES: Readonly<Record<string, string>> = {
  text: "a word, pre* or ~regex", choice: "one of a few", level: ">=warn", number: ">10k", duration: ">2s", money: ">0.01", time: ">now-1h", id: "hex digits", attribute: "any attribute",
};
const EXAMPLES: Readonly<Record<string, string>> = { text: "words anywhere", resource: "any resource attribute" };

/** What may be written behind a field's name, in a line below the list. */
export function hintFor({ field, asked }: Wanted): string {
  if (field === null) return "- excludes · a comma is an or · quotes keep words together";
  if (field.takes === "attribute" && asked === field.name) return "the key of an attribute";
  const parts = [
    field.operators.map((operator) => (operator === "~" ? "~regex" : operator)).join(" "),
    field.units.length > 0 ? `units ${field.units.join(" ")}` : "",
    field.takes === "time" ? "now-1h, 2026-11-21 or a time in quotes" : "",
    field.takes === "text" || field.takes === "attribute" ? "pre* · * for any" : "",
    field.takes === "id" ? "hex digits, or fewer and a star" : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
