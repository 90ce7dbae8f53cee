/** Key bindings: single keys, chords such as `Mod+k`, and sequences such as `g r`. */

export interface Binding {
  /** As it is shown in the help: `g r`, `Mod+k`, `?`. */
  readonly keys: string;
  readonly label: string;
  readonly run: (event: KeyboardEvent) => void;
}

const SEQUENCE_MS = 900;

/** The name of a key press: `k`, `Mod+k`, `Enter`, `ArrowUp`. Shift shows in the key itself (`G`, `?`). */
export function keyName(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  const key = event.key === " " ? "Space" : event.key;
  if (event.altKey) return `Alt+${key}`;
  return event.ctrlKey || event.metaKey ? `Mod+${key}` : key;
}

/** Follows key presses and tells which binding they complete. */
export class KeyReader {
  #pending = "";
  #since = 0;

  /** The binding that this press completes, `"pending"` when it starts a sequence, or null. */
  read(name: string, bindings: readonly Binding[], now: number): Binding | "pending" | null {
    const sequence = this.#pending !== "" && now - this.#since < SEQUENCE_MS ? `${this.#pending} ${name}` : name;
    const found = bindings.find((binding) => binding.keys === sequence) ?? bindings.find((binding) => binding.keys === name);
    if (found && found.keys === sequence) {
      this.#pending = "";
      return found;
    }
    if (bindings.some((binding) => binding.keys.startsWith(`${name} `))) {
      this.#pending = name;
      this.#since = now;
      return found ?? "pending";
    }
    this.#pending = "";
    return found ?? null;
  }
}

/** Whether the press belongs to a field that is being typed into. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Whether the key is what presses the button or follows the link that has the focus: then it means that alone. */
export function isPressing(name: string, target: EventTarget | null): boolean {
  if (name !== "Enter" && name !== "Space") return false;
  return target instanceof HTMLElement && target.closest("button, a[href], summary, [role=tab], [role=separator]") !== null;
}

const PRINTED: Readonly<Record<string, string>> = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Enter: "↵" };

const isMac = (): boolean => typeof navigator !== "undefined" && /Mac|iP(?:hone|ad)/.test(navigator.userAgent);

/** Keys as they are printed on the reader's keyboard: `Mod+k` is `Ctrl` `K`, or `⌘` `K`. */
export function keyLabel(keys: string, mac = isMac()): readonly string[] {
  const mod = /^Mod\+(.)$/.exec(keys);
  if (mod) return [mac ? "⌘" : "Ctrl", (mod[1] ?? "").toUpperCase()];
  return keys.split(" ").map((key) => PRINTED[key] ?? key);
}

/** What one thing that can be done is called, and every key that does it. */
export interface HelpLine {
  readonly label: string;
  readonly keys: readonly string[];
}

/** The bindings in force, group by group: those of the same name as one line, those that never win left out. */
export function helpLines(
  groups: readonly { readonly name: string; readonly bindings: readonly Pick<Binding, "keys" | "label">[] }[],
): readonly { readonly name: string; readonly lines: readonly HelpLine[] }[] {
  const taken = new Set<string>();
  const found = new Map<string, Map<string, string[]>>();
  for (const { name, bindings } of groups) {
    const lines = found.get(name) ?? new Map<string, string[]>();
    found.set(name, lines);
    for (const { keys, label } of bindings) {
      if (taken.has(keys)) continue;
      taken.add(keys);
      lines.set(label, [...(lines.get(label) ?? []), keys]);
    }
  }
  return [...found]
    .map(([name, lines]) => ({ name, lines: [...lines].map(([label, keys]) => ({ label, keys })) }))
    .filter(({ lines }) => lines.length > 0);
}
