import { DEFAULT_RANGE, type Range, freeze, isLive } from "./range";

/** The address with its relative range made absolute; what Studio does not know is kept. */
export function frozenLink(address: string, now: number, fallback: Range = DEFAULT_RANGE): string {
  const url = new URL(address);
  const from = url.searchParams.get("from") ?? fallback.from;
  const to = url.searchParams.get("to") ?? fallback.to;
  const frozen = freeze({ from, to }, now);
  url.searchParams.set("from", frozen.from);
  url.searchParams.set("to", frozen.to);
  return url.href;
}

/** A page of a project: `usage/cost`, with what its query says. What is empty is left out. */
export function placeOf(project: string, path: string, query: Readonly<Record<string, string | null | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  return `/p/${encodeURIComponent(project)}/${path}${search.size === 0 ? "" : `?${search}`}`;
}

/** A page of a project with a filter and a range. */
export const filteredPlace = (project: string, path: string, q: string, range: Range): string =>
  placeOf(project, path, { q, from: range.from, to: isLive(range) ? null : range.to });
