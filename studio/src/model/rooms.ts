/** Rooms, as their list and their console tell of them. */
import { formatWhole } from "../base/format";
import { parseMillis } from "../base/time";
import type { LiveEvent } from "./api";
import type { Room, Service } from "./schema";

export const ROOM_TABS = ["logs", "traces", "metrics", "services"] as const;
export type RoomTab = (typeof ROOM_TABS)[number];

/** The address of a room's console; its name may hold anything, slashes as well. */
export function roomHref(project: string, room: string, tab: RoomTab = "logs"): string {
  return `/p/${encodeURIComponent(project)}/rooms/${encodeURIComponent(room)}/${tab}`;
}

/** When something was last heard of a room, in ms since 1970; null when nothing ever was. */
export function lastHeard({ session, activity }: Room, heard?: number): number | null {
  const known = [session?.last_at, activity?.last_at].flatMap((at) => (at ? [parseMillis(at)] : []));
  const all = heard === undefined ? known : [...known, heard];
  return all.length === 0 ? null : Math.max(...all);
}

/** The rooms that `text` and `active` leave: those in a session first, then those heard of last. */
export function layRooms(rooms: readonly Room[], heard: ReadonlyMap<string, number>, text: string, active: boolean): Room[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const passes = (room: Room): boolean =>
    (!active || room.session !== null) && words.every((word) => room.name.toLowerCase().includes(word));
  const order = (left: Room, right: Room): number =>
    Number(right.session !== null) - Number(left.session !== null)
    || (lastHeard(right, heard.get(right.name)) ?? 0) - (lastHeard(left, heard.get(left.name)) ?? 0)
    || (left.name < right.name ? -1 : 1);
  return rooms.filter(passes).toSorted(order);
}

/** The room that an event of the stream is about. */
export function roomOf(event: LiveEvent): string | null {
  const topic = event.topics.find((each) => each.startsWith("room:"));
  return topic === undefined ? null : topic.slice("room:".length);
}

/** `3 running · 1 unknown`, the most telling first; empty without services. */
export function servicesOf(states: Room["service_states"]): string {
  return STATES.flatMap((state) => (states[state] ? [`${formatWhole(states[state])} ${state}`] : [])).join(" · ");
}

export type ServiceState = Service["state"];

// Those that ask for attention stand first.
const STATES: readonly ServiceState[] = ["failed", "restarting", "unknown", "starting", "running", "stopped"];

interface Look {
  readonly glyph: string;
  readonly colour: string;
  readonly why: string;
}

export const SERVICE_LOOKS: Readonly<Record<ServiceState, Look>> = {
  running: { glyph: "●", colour: "text-ok", why: "It reported within the last minute that it runs" },
  starting: { glyph: "◐", colour: "text-running", why: "It said that it starts" },
  restarting: { glyph: "↻", colour: "text-warn", why: "It said that it is being restarted" },
  stopped: { glyph: "○", colour: "text-muted", why: "It said that it stopped" },
  failed: { glyph: "✗", colour: "text-error", why: "It said that it failed" },
  unknown: { glyph: "?", colour: "text-warn", why: "It has said nothing for a minute or more, and did not say that it stopped" },
};

const two = (value: number): string => String(value).padStart(2, "0");

/** A length of time as a clock shows it: `00:12:41`, with days in front where there are any. */
export function clockLength(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(":");
  return days > 0 ? `${days}d ${clock}` : clock;
}

/** How long ago, in its largest unit: `now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function agoOf(ms: number): string {
  if (ms < 2000) return "now";
  const [unit, name] = ([[86_400e3, "d"], [3600e3, "h"], [60e3, "min"]] as const).find(([size]) => ms >= size) ?? [1e3, "s"];
  return `${Math.floor(ms / unit)} ${name} ago`;
}
