import { useSyncExternalStore } from "react";
import { Signal } from "../../base/signal";

const KEY = "fanlight.markdown";

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === "1";
  } catch {
    return false;
  }
}

const markdown = new Signal(stored());

/** Whether texts are shown as the Markdown they may be. As they were sent at first: rendering hides what was written. */
export function useMarkdown(): readonly [on: boolean, set: (on: boolean) => void] {
  return [useSyncExternalStore(markdown.watch, markdown.get), setMarkdown];
}

function setMarkdown(on: boolean): void {
  markdown.set(on);
  try {
    localStorage.setItem(KEY, on ? "1" : "0");
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}
