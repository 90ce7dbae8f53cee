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
