/** Prices that a project sets itself: dollars for a million tokens, as decimal texts. */
import type { Price } from "./api";
import { csvText } from "./csv";

export const PRICE_KINDS = [
  { name: "input", label: "Input", says: "read by the model" },
  { name: "output", label: "Output", says: "written by it" },
  { name: "cache_read", label: "Cached input", says: "read from a cache; as input where none is set" },
  { name: "cache_write", label: "Cache writes", says: "put into a cache" },
] as const;

export interface NewPrice {
  readonly provider: string;
  readonly model: string;
  readonly prices: Readonly<Record<string, string>>;
}

/** A price in one cell: `$2.50`, or `$2.50, over 200,000 tokens $5` where it depends on the size of a request. */
export function shownPrice(price: unknown): string {
  if (typeof price === "string" || typeof price === "number") return `$${price}`;
  if (!Array.isArray(price)) return "—";
  return price.map((tier: unknown) => {
    const { above_input_tokens: above, price: amount } = (tier ?? {}) as { above_input_tokens?: number; price?: unknown };
    return above ? `over ${above.toLocaleString("en-US")} tokens $${String(amount)}` : `$${String(amount)}`;
  }).join(", ");
}

/** The kinds of prices beyond those that have a column of their own. */
export function otherKinds({ prices }: Price): string {
  const known = new Set<string>(PRICE_KINDS.map(({ name }) => name));
  return Object.entries(prices).filter(([kind]) => !known.has(kind)).map(([kind, price]) => `${kind.replaceAll("_", " ")} ${shownPrice(price)}`).join(", ");
}

/** The prices of a form's fields; those left empty are not set. */
export function pricesOf(fields: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).flatMap(([kind, text]) => (text.trim() === "" ? [] : [[kind, text.trim().replace(/^\$/, "")]])));
}

/** How far computing costs anew is, from 0 to 1. */
export const doneShare = ({ days, days_done, state }: { readonly days: number; readonly days_done: number; readonly state: string }): number =>
  state === "done" ? 1 : days === 0 ? 0 : days_done / days;

export function pricesCsv(prices: readonly Price[]): string {
  const kinds = [...new Set(prices.flatMap((price) => Object.keys(price.prices)))].toSorted();
  return csvText(["model", "provider", "source", ...kinds, "set_at"], prices.map(({ model, provider, source, prices: own, created_at }) => [
    model, provider, source, ...kinds.map((kind) => (kind in own ? shownPrice(own[kind]).replaceAll("$", "") : null)), created_at,
  ]));
}
