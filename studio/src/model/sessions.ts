/** Sessions of rooms and conversations, as their lists and heads tell of them. */
import { NONE, formatWhole } from "../base/format";
import { parseMillis } from "../base/time";
import type { Session } from "./schema";

export interface State {
  readonly glyph: string;
  readonly label: string;
  /** What the label means, for whoever asks. */
  readonly why: string;
  readonly colour: string;
}

const ACTIVE: State = { glyph: "●", label: "active", why: "Something was heard of it within the idle time", colour: "text-ok" };
const ENDED: Readonly<Record<string, State>> = {
  idle: { glyph: "◌", label: "idle", why: "Nothing was heard of it for long, so that it ended when it was last heard of", colour: "text-muted" },
  ended: { glyph: "✓", label: "ended", why: "Its owner said that it is over", colour: "text-muted" },
  killed: { glyph: "⊘", label: "killed", why: "Somebody stopped it", colour: "text-warn" },
};

/** Whether a session goes on, and else how it ended. */
export function stateOf(session: Pick<Session, "is_active" | "ended_by">): State {
  if (session.is_active) return ACTIVE;
  return ENDED[session.ended_by ?? "idle"] ?? (ENDED["idle"] as State);
}

/** How long it took, or takes by now, in ms. */
export function lengthMs(session: Pick<Session, "started_at" | "ended_at" | "last_at" | "is_active">, now: number): number {
  const end = session.is_active ? now : parseMillis(session.ended_at ?? session.last_at);
  return Math.max(0, end - parseMillis(session.started_at));
}

/** `2 agents · 1 user`; a dash where nobody is told of. */
export function participantsOf(participants: Session["participants"]): string {
  const roles = Object.entries(participants ?? {}).filter(([, count]) => count > 0);
  if (roles.length === 0) return NONE;
  return roles
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([role, count]) => `${formatWhole(count)} ${role || "participant"}${count === 1 ? "" : "s"}`)
    .join(" · ");
}

export const TABS = ["timeline", "trace", "logs", "metrics"] as const;
export type SessionTab = (typeof TABS)[number];

/** The address of a session; its id may hold anything, slashes as well. */
export function sessionHref(project: string, id: string, tab: SessionTab = "timeline"): string {
  return `/p/${encodeURIComponent(project)}/sessions/${encodeURIComponent(id)}/${tab}`;
}
