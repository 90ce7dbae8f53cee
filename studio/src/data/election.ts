/** Which tab of this browser holds the stream, and what the tabs say to each other. */

export type Message =
  | { readonly kind: "batch"; readonly id: string; readonly data: string }
  | { readonly kind: "gap"; readonly data: string }
  | { readonly kind: "resync"; readonly topics: readonly string[] }
  | { readonly kind: "state"; readonly connection: "live" | "lost"; readonly lostAt: number | null };

type Word =
  | { readonly kind: "feed"; readonly message: Message }
  | { readonly kind: "want"; readonly tab: string; readonly topics: readonly string[] }
  | { readonly kind: "ask" };

export interface Hooks {
  /** This tab leads from now on. */
  readonly onLead: () => void;
  /** The leader said something. */
  readonly onMessage: (message: Message) => void;
  /** Another tab wants other topics than before. */
  readonly onWants: () => void;
}

/** A tab that has not spoken for this long is gone. Hidden tabs may be slowed to one timer a minute. */
const FORGET_MS = 150_000;
const REPEAT_MS = 30_000;

/**
 * Elects one tab by a Web Lock: whoever holds it leads, and the browser hands it on when that tab goes.
 * Web Locks exist in secure contexts alone; elsewhere every tab leads itself (`shared` is false).
 */
export class Election {
  readonly shared = window.isSecureContext && "locks" in navigator && "BroadcastChannel" in window;
  leads = !this.shared;
  #tab = Math.random().toString(36).slice(2);
  #mine: readonly string[] = [];
  #others = new Map<string, { topics: readonly string[]; at: number }>();
  #channel: BroadcastChannel | null = null;
  #release: () => void = () => {};
  #abort = new AbortController();
  #repeat = 0;

  constructor(
    name: string,
    private readonly hooks: Hooks,
  ) {
    if (!this.shared) return;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener("message", (event: MessageEvent<Word>) => this.#hear(event.data));
    this.#repeat = window.setInterval(() => this.#announce(), REPEAT_MS);
    window.addEventListener("pagehide", this.#leave);
    navigator.locks
      .request(name, { signal: this.#abort.signal }, () => this.#lead())
      // Closing before the lock was ours aborts the request: that is no failure.
      .catch(() => {});
  }

  /** Says which topics this tab wants. */
  want(topics: ReadonlySet<string>): void {
    const list = [...topics].toSorted();
    if (list.join() === this.#mine.join()) return;
    this.#mine = list;
    this.#announce();
  }

  /** What the other tabs want. */
  wanted(): Set<string> {
    const now = Date.now();
    for (const [tab, { at }] of this.#others) if (now - at > FORGET_MS) this.#others.delete(tab);
    return new Set([...this.#others.values()].flatMap(({ topics }) => topics));
  }

  broadcast(message: Message): void {
    this.#say({ kind: "feed", message });
  }

  close(): void {
    this.#leave();
    window.removeEventListener("pagehide", this.#leave);
    window.clearInterval(this.#repeat);
    this.#abort.abort();
    this.#release();
    this.#channel?.close();
    this.#channel = null;
  }

  #lead(): Promise<void> {
    this.leads = true;
    this.#say({ kind: "ask" });
    this.hooks.onLead();
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #hear(word: Word): void {
    if (word.kind === "feed") {
      if (!this.leads) this.hooks.onMessage(word.message);
    } else if (word.kind === "ask") this.#announce();
    else {
      const before = this.#others.get(word.tab)?.topics.join() ?? "";
      this.#others.set(word.tab, { topics: word.topics, at: Date.now() });
      if (this.leads && before !== word.topics.join()) this.hooks.onWants();
    }
  }

  #announce(): void {
    this.#say({ kind: "want", tab: this.#tab, topics: this.#mine });
  }

  readonly #leave = (): void => {
    this.#say({ kind: "want", tab: this.#tab, topics: [] });
  };

  #say(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
