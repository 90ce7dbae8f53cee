/** Views: the query of a page's address, kept under a name. */

export interface SavedView {
  readonly page: string;
  readonly name: string;
  readonly query: string;
  /** Whether everybody in the project sees it; others are this browser's alone. */
  readonly isShared: boolean;
}

/** What one is looking at just now is no part of a view. */
const PASSING = new Set(["span", "log", "run", "live", "tz", "match", "find"]);

/** What a view keeps of an address, in an order of its own, so that two of them can be told apart. */
export function viewQuery(search: string): string {
  const params = [...new URLSearchParams(search)].filter(([name, value]) => !PASSING.has(name) && value !== "");
  return new URLSearchParams(params.toSorted(([one], [other]) => (one < other ? -1 : 1))).toString();
}

/** The view that an address shows just now. */
export function shownView(views: readonly SavedView[], search: string): SavedView | undefined {
  const query = viewQuery(search);
  return query === "" ? undefined : views.find((view) => viewQuery(view.query) === query);
}

/** What a view asks, for whoever reads its name: its filter and its range. */
export function aboutView({ query }: SavedView): string {
  const params = new URLSearchParams(query);
  return [params.get("q") ?? "", params.has("from") ? `from ${params.get("from")}` : ""].filter((part) => part !== "").join(" · ") || "everything";
}

/** What can be read from storage as views of this browser. */
export function readViews(text: string | null): readonly SavedView[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found.filter(isView).map((view) => ({ ...view, isShared: false })) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  const view = value as Partial<SavedView> | null;
  return typeof view?.page === "string" && typeof view.name === "string" && typeof view.query === "string";
}
