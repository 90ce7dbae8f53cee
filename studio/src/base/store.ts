/** Small things that this browser remembers. Storage can be forbidden: they then last as long as the page. */
const memory = new Map<string, string>();

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function keep(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Kept in memory alone.
  }
}

/** A list of texts under `key`; empty where there is none, or what is there is none. */
export function recallList(key: string): readonly string[] {
  try {
    const found: unknown = JSON.parse(recall(key) ?? "[]");
    return Array.isArray(found) ? found.filter((each): each is string => typeof each === "string") : [];
  } catch {
    return [];
  }
}

/** Puts a text in front of a list, which keeps its newest `most`. */
export function keepFirst(key: string, text: string, most: number): void {
  keep(key, JSON.stringify([text, ...recallList(key).filter((each) => each !== text)].slice(0, most)));
}
