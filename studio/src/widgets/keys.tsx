import { useEffect, useLayoutEffect, useRef } from "react";
import { type Binding, KeyReader, isPressing, isTyping, keyName } from "../base/keys";
import { Signal } from "../base/signal";

/** Bindings of one part of the page, under the name that the help shows. */
export interface KeyGroup {
  readonly name: string;
  readonly bindings: readonly Binding[];
}

const OFF_KEY = "fanlight.single-keys-off";

function storedOff(): boolean {
  try {
    return localStorage.getItem(OFF_KEY) === "1";
  } catch {
    return false;
  }
}

/** What can be pressed now; the newest group comes first and wins. */
export const keyGroups = new Signal<readonly KeyGroup[]>([]);
/** Keys without Ctrl or ⌘ can be turned off: speech input types them by accident. */
export const singleKeysOff = new Signal(storedOff());

export function turnSingleKeys(off: boolean): void {
  singleKeysOff.set(off);
  try {
    localStorage.setItem(OFF_KEY, off ? "1" : "0");
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
}

/** Puts bindings in force while the component stands. The newest `run` is called, whichever render made it. */
export function useKeys(name: string, bindings: readonly Binding[]): void {
  const latest = useRef(bindings);
  // In the commit itself: the next press may come before passive effects ran.
  useLayoutEffect(() => {
    latest.current = bindings;
  });
  const shape = bindings.map(({ keys, label }) => `${keys}\t${label}`).join("\n");
  useEffect(() => {
    const lines = shape === "" ? [] : shape.split("\n");
    const group: KeyGroup = {
      name,
      bindings: lines.map((line, index) => {
        const [keys = "", label = ""] = line.split("\t");
        return { keys, label, run: (event) => latest.current[index]?.run(event) };
      }),
    };
    keyGroups.set([group, ...keyGroups.get()]);
    return () => keyGroups.set(keyGroups.get().filter((present) => present !== group));
  }, [name, shape]);
}

/** Listens to the keyboard for the whole page. Mounted once. */
export function useKeyboard(): void {
  useEffect(() => {
    const reader = new KeyReader();
    const onKey = (event: KeyboardEvent): void => {
      const name = keyName(event);
      const chord = name.startsWith("Mod+");
      if (event.defaultPrevented || (!chord && (singleKeysOff.get() || isTyping(event.target) || isPressing(name, event.target)))) return;
      // A modal dialog has the keyboard to itself.
      if (!chord && document.querySelector("dialog[open]")) return;
      const found = reader.read(name, keyGroups.get().flatMap((group) => group.bindings), event.timeStamp);
      if (found === null || found === "pending") return;
      event.preventDefault();
      found.run(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
