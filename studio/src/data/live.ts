/**
 * The live stream of one project, shared by everything on the page and, where the browser allows it, by every
 * tab: one tab leads and holds the only EventSource, the others are fed over a BroadcastChannel. Browsers
 * open at most six connections to a server over HTTP/1.1, so a stream for each tab would stall the seventh.
 */
import { Frame } from "../base/frame";
import { Ring } from "../base/ring";
import { Signal } from "../base/signal";
import type { Gap, LiveEvent } from "../model/api";
import { apiUrl, projectPath, raiseDoubt } from "./http";
import { Election, type Message } from "./election";

/** Events kept for a reader between two frames; more are dropped and the reader asks the server again. */
const PENDING_EVENTS = 20_000;
const RETRY_MS = [1000, 2000, 5000, 10_000];
const RATE_MS = 2000;
/**
 * How long a page rests after events, in ms for each of them and at most: a few are shown in the next frame, and
 * of a flood, which nobody reads line by line, four pictures a second.
 */
const REST_MS = { each: 2, most: 250 };

export type Connection = "idle" | "connecting" | "live" | "lost";

export interface Health {
  readonly connection: Connection;
  readonly perSecond: number;
  /** When the stream was lost, in ms since 1970. */
  readonly lostAt: number | null;
  /** Events that the server could not send live since the page was opened; what they changed was read again. */
  readonly missed: number;
}

export interface Listener {
  readonly topics: ReadonlySet<string>;
  /** Everything since it was called last, in the order of the store. */
  readonly onEvents: (events: readonly LiveEvent[]) => void;
  /** What is shown may have missed something: read it again from the server. */
  readonly onResync: () => void;
  readonly onGap?: (gap: Gap) => void;
}

interface Subscription {
  readonly listener: Listener;
  readonly ring: Ring<LiveEvent>;
}

const wantedBy = (subscriptions: Iterable<Subscription>): Set<string> =>
  new Set([...subscriptions].flatMap(({ listener }) => [...listener.topics]));

const covers = (have: ReadonlySet<string>, want: ReadonlySet<string>): boolean => [...want].every((topic) => have.has(topic));

export class LiveHub {
  readonly health = new Signal<Health>({ connection: "idle", perSecond: 0, lostAt: null, missed: 0 });
  #subscriptions = new Set<Subscription>();
  #source: EventSource | null = null;
  #covered: ReadonlySet<string> = new Set();
  #lastId = "";
  #failures = 0;
  #retry = 0;
  #planned = 0;
  #counted = 0;
  #frame = new Frame(() => this.#deliver());
  #election: Election | null = null;
  #ticker = 0;

  constructor(readonly project: string) {}

  /** Takes part in the election and streams what is subscribed to; the result ends both. */
  start(): () => void {
    this.#election = new Election(`fanlight:${this.project}`, {
      onLead: () => this.#plan(),
      onMessage: (message) => this.#hear(message),
      onWants: () => this.#plan(),
    });
    this.#ticker = window.setInterval(() => this.#measure(), RATE_MS);
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#plan();
    return () => this.#stop();
  }

  subscribe(listener: Listener): () => void {
    const subscription = { listener, ring: new Ring<LiveEvent>(PENDING_EVENTS) };
    this.#subscriptions.add(subscription);
    this.#plan();
    return () => {
      this.#subscriptions.delete(subscription);
      this.#plan();
    };
  }

  #stop(): void {
    window.clearInterval(this.#ticker);
    window.clearTimeout(this.#planned);
    window.clearTimeout(this.#retry);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#frame.stop();
    this.#drop();
    this.#election?.close();
    this.#election = null;
  }

  /** Looks after the stream once this turn is over: pages subscribe and unsubscribe in bursts. */
  #plan(): void {
    window.clearTimeout(this.#planned);
    this.#planned = window.setTimeout(() => this.#align(), 0);
  }

  #align(): void {
    const election = this.#election;
    if (!election) return;
    const wanted = wantedBy(this.#subscriptions);
    election.want(wanted);
    if (!election.leads) return;
    const hidden = !election.shared && document.visibilityState === "hidden";
    const all = hidden ? new Set<string>() : new Set([...wanted, ...election.wanted()]);
    if (all.size === 0) {
      this.#drop();
      this.#report("idle");
    } else if (this.#source === null || !covers(this.#covered, all)) this.#open(all);
    // A tab that has just come does not know yet.
    else if (this.#source.readyState === EventSource.OPEN) this.#tell({ kind: "state", connection: "live", lostAt: null });
  }

  /** Opens a stream for `topics`; the one before stays until this one speaks, so that nothing falls between. */
  #open(topics: ReadonlySet<string>): void {
    window.clearTimeout(this.#retry);
    const before = this.#source;
    const known = before !== null && before.readyState === EventSource.OPEN ? this.#covered : new Set<string>();
    // Whoever led before, the stream goes on behind what this tab has heard last.
    const query = { topics: [...topics].toSorted().join(","), last_event_id: this.#lastId };
    const source = new EventSource(apiUrl(projectPath(this.project, "stream"), query));
    this.#source = source;
    this.#covered = topics;
    if (before === null) this.#report("connecting");
    let opened = false;
    source.addEventListener("open", () => {
      before?.close();
      const fresh = [...topics].filter((topic) => opened || !known.has(topic));
      // A reconnect resumes by Last-Event-ID, and the server sends what was missed or a gap.
      if (!opened) this.#tell({ kind: "resync", topics: fresh });
      opened = true;
      this.#failures = 0;
      this.#tell({ kind: "state", connection: "live", lostAt: null });
    });
    source.addEventListener("batch", (event) => this.#tell({ kind: "batch", id: event.lastEventId, data: event.data as string }));
    source.addEventListener("gap", (event) => this.#tell({ kind: "gap", data: (event as MessageEvent<string>).data }));
    source.addEventListener("error", () => this.#onError(source, before));
  }

  #onError(source: EventSource, before: EventSource | null): void {
    if (source !== this.#source) return;
    const { lostAt } = this.health.get();
    this.#tell({ kind: "state", connection: "lost", lostAt: lostAt ?? Date.now() });
    // While the browser reconnects by itself there is nothing to do; a refusal ends the stream for good.
    if (source.readyState !== EventSource.CLOSED) return;
    before?.close();
    this.#source = null;
    // An EventSource does not tell why: it may be that one was signed out.
    raiseDoubt();
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    this.#retry = window.setTimeout(() => this.#align(), wait);
  }

  #drop(): void {
    this.#source?.close();
    this.#source = null;
    this.#covered = new Set();
  }

  /** Says something to this tab and to those that follow it. */
  #tell(message: Message): void {
    this.#election?.broadcast(message);
    this.#hear(message);
  }

  #hear(message: Message): void {
    if (message.kind === "batch") this.#take(message.id, message.data);
    else if (message.kind === "state") this.#report(message.connection, message.lostAt);
    else if (message.kind === "gap") this.#onGap(JSON.parse(message.data) as Gap);
    else if (message.kind === "resync") this.#resync(new Set(message.topics));
  }

  #take(id: string, data: string): void {
    if (id === this.#lastId) return;
    this.#lastId = id;
    const events = JSON.parse(data) as LiveEvent[];
    this.#counted += events.length;
    for (const { listener, ring } of this.#subscriptions) {
      for (const event of events) if (event.topics.some((topic) => listener.topics.has(topic))) ring.push(event);
    }
    this.#frame.ask();
  }

  #deliver(): number {
    let most = 0;
    for (const { listener, ring } of this.#subscriptions) {
      const { values, dropped } = ring.drain();
      most = Math.max(most, values.length);
      if (values.length > 0) listener.onEvents(values);
      if (dropped > 0) listener.onResync();
    }
    return Math.min(REST_MS.most, most * REST_MS.each);
  }

  #onGap(gap: Gap): void {
    // What came before the gap is shown before it.
    this.#deliver();
    const health = this.health.get();
    this.health.set({ ...health, missed: health.missed + (gap.missed ?? 0) });
    for (const { listener } of this.#subscriptions) {
      listener.onGap?.(gap);
      listener.onResync();
    }
  }

  #resync(topics: ReadonlySet<string>): void {
    for (const { listener } of this.#subscriptions) {
      if ([...listener.topics].some((topic) => topics.has(topic))) listener.onResync();
    }
  }

  #report(connection: Connection, lostAt: number | null = null): void {
    const { perSecond, missed } = this.health.get();
    this.health.set({ connection, lostAt, perSecond: connection === "live" ? perSecond : 0, missed });
  }

  #measure(): void {
    const perSecond = Math.round((this.#counted * 1000) / RATE_MS);
    this.#counted = 0;
    const health = this.health.get();
    if (health.perSecond !== perSecond) this.health.set({ ...health, perSecond });
  }

  // Without a leader every tab holds a stream of its own; a hidden one gives it back.
  readonly #onVisibility = (): void => {
    if (!this.#election?.shared) this.#plan();
  };
}
