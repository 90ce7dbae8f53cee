/** What is told by records that are more than lines of a log: room events and developer logs. */
import type { Log } from "./api";

export const ROOM_EVENT = "fanlight.room.event";
export const DEVELOPER_LOG = "fanlight.developer_log";
const TYPE = "fanlight.event.type";

/** A room event in words; the glyph is for the eye alone. */
export interface Happening {
  readonly glyph: string;
  readonly text: string;
}

type Data = Readonly<Record<string, unknown>>;

const textOf = (data: Data, name: string): string => (typeof data[name] === "string" ? data[name] : "");
const among = (data: Data, name: string, lead: string): string => (textOf(data, name) === "" ? "" : `${lead}${textOf(data, name)}`);

const ENDS: Readonly<Record<string, string>> = {
  ended: "was ended", killed: "was stopped", idle: "ended, as nothing was heard for a while", merged: "went on in another one",
};

const WORDS: Readonly<Record<string, (data: Data) => Happening>> = {
  "room.started": (data) => ({ glyph: "▶", text: data["resumed"] === true ? "The session goes on" : "A session began" }),
  "room.ended": (data) => ({ glyph: "■", text: `The session ${ENDS[textOf(data, "by")] ?? "ended"}` }),
  "participant.joined": (data) => ({ glyph: "→", text: `${textOf(data, "name")} joined${among(data, "role", " as ")}` }),
  "participant.left": (data) => ({ glyph: "←", text: `${textOf(data, "name")} left${among(data, "reason", ": ")}` }),
  "service.started": (data) => ({ glyph: "●", text: `Service ${textOf(data, "name")} started${among(data, "version", ", version ")}` }),
  "service.restarted": (data) => ({ glyph: "↻", text: `Service ${textOf(data, "name")} restarted` }),
  "service.stopped": (data) => ({ glyph: "○", text: `Service ${textOf(data, "name")} ${textOf(data, "state") === "failed" ? "failed" : "stopped"}` }),
};

const isObject = (value: unknown): value is Data => typeof value === "object" && value !== null && !Array.isArray(value);

/** A room event in words, whatever its type. */
export function happened(type: string, data: unknown): Happening {
  const facts = isObject(data) ? data : {};
  const words = Object.hasOwn(WORDS, type) ? WORDS[type] : undefined;
  return words?.(facts) ?? { glyph: "·", text: `${type || "Something happened"} ${JSON.stringify(facts)}` };
}

/** What happened in a room, of the record that tells it; null for any other record. */
export function happeningOf(log: Log): Happening | null {
  if (log.event_name !== ROOM_EVENT) return null;
  const type = log.attributes.find(({ key }) => key === TYPE)?.value;
  return happened(typeof type === "string" ? type : "", log.body);
}

/** A developer log: its type, what it says first, and the rest of its data; null for any other record. */
export interface Told {
  readonly type: string;
  readonly message: string;
  readonly rest: readonly (readonly [name: string, value: unknown])[];
}

export function developerLogOf(log: Log): Told | null {
  if (log.event_name !== DEVELOPER_LOG) return null;
  const type = log.severity_text;
  if (!isObject(log.body)) return { type, message: typeof log.body === "string" ? log.body : "", rest: [] };
  const { message, ...rest } = log.body;
  return typeof message === "string" ? { type, message, rest: Object.entries(rest) } : { type, message: "", rest: Object.entries(log.body) };
}
