/** What became of telemetry, as sums that add up. */
import type { LedgerSnapshot, SignalCounts } from "./api";

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

/** One part of what was received. */
export interface Term {
  readonly name: "stored" | "duplicates" | "conflicts" | "waiting" | "parked" | "rejected" | "dropped" | "sampled";
  readonly count: number;
  readonly says: string;
  /** Items that nobody will see. */
  readonly isLoss: boolean;
  readonly reasons: Readonly<Record<string, number>>;
}

const SAYS: Readonly<Record<Term["name"], string>> = {
  stored: "can be read now",
  duplicates: "were there already, and say the same",
  conflicts: "were there already and say something else: the first one stands",
  waiting: "are on disk, and on their way into the store",
  parked: "are on disk, set aside because the store could not take them",
  rejected: "cannot be read, and their sender was told so",
  dropped: "were given up",
  sampled: "were left out: their project keeps a share of its traces",
};

/** The right side of `received = ...`; parts that are nothing are left out, but what was stored. */
export function termsOf(counts: SignalCounts): Term[] {
  const term = (name: Term["name"], count: number, reasons: Readonly<Record<string, number>> = {}): Term => ({
    name, count, says: SAYS[name], isLoss: name === "rejected" || name === "dropped" || name === "parked", reasons,
  });
  const all = [
    term("stored", counts.stored), term("duplicates", counts.duplicates), term("conflicts", counts.conflicts), term("waiting", counts.waiting),
    term("parked", sum(counts.parked), counts.parked), term("rejected", sum(counts.rejected), counts.rejected), term("dropped", sum(counts.dropped), counts.dropped), term("sampled", sum(counts.sampled), counts.sampled),
  ];
  return all.filter(({ name, count }) => count > 0 || name === "stored");
}

/** Items that were not taken, and requests that were refused as a whole. */
export function lossesOf({ signals }: LedgerSnapshot): { readonly items: number; readonly requests: number } {
  return {
    items: signals.reduce((total, counts) => total + sum(counts.rejected) + sum(counts.dropped) + sum(counts.parked), 0),
    requests: signals.reduce((total, counts) => total + sum(counts.refused), 0),
  };
}

/** What is the matter with a refused request or a rejected item, and what its sender can do. */
export interface Advice {
  readonly says: string;
  readonly help: string;
}

const ADVICE: Readonly<Record<string, Advice>> = {
  payload: { says: "The body is not readable as OTLP", help: "Send protobuf or JSON as OpenTelemetry has it; check that no proxy changes it or its content-encoding." },
  malformed: { says: "Not readable as OTLP", help: "Its sender wrote it wrong: update the exporter. What stood beside it was stored." },
  content_type: { says: "The content-type is neither protobuf nor JSON", help: "Send application/x-protobuf or application/json." },
  too_large: { says: "Larger than one request may be", help: "Send smaller batches, or raise max_body_bytes of the server." },
  slow: { says: "The body came too slowly", help: "Look at the network between; the sender will try again." },
  method: { says: "Not a POST", help: "OTLP over HTTP is sent by POST." },
  unauthenticated: { says: "No key, or one that is unknown, expired or revoked", help: "Make a key under Settings, Keys and send it as authorization: Bearer …" },
  forbidden: { says: "The key may not send into this project", help: "Use a key with the scope ingest that was made in this project." },
  not_found: { says: "There is no such project or path", help: "Check the address: it ends with /v1/traces, /v1/logs or /v1/metrics." },
  overload: { says: "Too much was on its way", help: "The sender was told to wait and tries again. If it lasts, look at the disk and at max_inflight_bytes." },
  disk_full: { says: "The server’s disk has too little room", help: "The sender keeps it and tries again. Free some space, or keep telemetry for fewer days." },
  invalid: { says: "Something in it cannot be", help: "The answer that its sender got says what." },
  store: { says: "The store did not take it", help: "Look at the server's log and at the disk." },
  internal: { says: "The server failed at it", help: "Look at the server's log by the time, and report it." },
  invalid_trace_id: { says: "The trace id is not 16 bytes, or all zero", help: "The tracer makes wrong ids: update it." },
  invalid_span_id: { says: "The span id is not 8 bytes, or all zero", help: "The tracer makes wrong ids: update it." },
  too_many_attributes: { says: "More attributes than one item may have", help: "Set fewer, or raise max_item_attributes." },
  too_many_values: { says: "More nested values than can be checked", help: "Send large structures as one JSON text." },
  too_damaged: { says: "More damage in one request than can be mended in time", help: "Its sender is broken: look at what it sends." },
  overwritten: { says: "One metric holds points of two kinds", help: "Two instruments share one name: rename one." },
  invalid_utf8: { says: "Invalid UTF-8, shown as �", help: "Its sender cuts texts inside of a letter; nothing else is lost." },
  value_too_deep: { says: "Nested deeper than max_value_depth, cut there", help: "Raise max_value_depth, or send it flatter." },
  torn: { says: "A resource or scope ended too early, kept as far as it went", help: "Its sender was cut off while it wrote." },
};

const FOLDED: Advice = { says: "One name more than its project may have, folded", help: "Put what varies into attribute values, or raise the limit below." };

/** What to make of a reason; of one that has no words of its own its name. */
export const adviceFor = (reason: string): Advice => ADVICE[reason] ?? (reason.startsWith("over_max_") ? FOLDED : { says: reason.replaceAll("_", " "), help: "The server's log says more." });

export interface ReasonCount {
  readonly signal: string;
  readonly reason: string;
  readonly count: number;
}

/** The counts by reason of one kind, over all signals, the most frequent first. */
export function reasonsOf({ signals }: LedgerSnapshot, kind: "refused" | "rejected" | "dropped" | "parked" | "mended" | "uncounted"): ReasonCount[] {
  return signals
    .flatMap((counts) => Object.entries(counts[kind]).map(([reason, count]) => ({ signal: counts.signal, reason, count })))
    .toSorted((left, right) => right.count - left.count);
}
