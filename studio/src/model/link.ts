import { DEFAULT_RANGE, freeze } from "./range";

/** The address with its relative range made absolute; what Studio does not know is kept. */
export function frozenLink(address: string, now: number): string {
  const url = new URL(address);
  const from = url.searchParams.get("from") ?? DEFAULT_RANGE.from;
  const to = url.searchParams.get("to") ?? DEFAULT_RANGE.to;
  const frozen = freeze({ from, to }, now);
  url.searchParams.set("from", frozen.from);
  url.searchParams.set("to", frozen.to);
  return url.href;
}
