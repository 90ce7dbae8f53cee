/** What the palette can do: one line each, in the order in which they stand while nothing is typed. */
import { formatDuration, parseMillis, shortTime } from "../base/time";
import { zone } from "../base/zone";
import type { JumpTargets } from "../data/jump";
import type { Run } from "../model/api";
import { frozenLink } from "../model/link";
import type { Session } from "../model/schema";
import { type SavedView, aboutView } from "../model/view";
import { DENSITIES, setDensity } from "../widgets/density";
import { singleKeysOff, turnSingleKeys } from "../widgets/keys";
import type { PageLink } from "./navigation";
import { THEMES, setTheme } from "./theme";

export interface Command {
  readonly id: string;
  readonly kind: "page" | "view" | "run" | "agent" | "room" | "session" | "project" | "action" | "search" | "trace";
  readonly label: string;
  readonly detail: string;
  /** The keys that do the same. */
  readonly keys?: string;
  /** What is matched besides the label. */
  readonly also?: string;
  readonly run: () => void;
}

interface Around {
  readonly project: string | null;
  readonly projects: readonly string[];
  readonly pages: readonly PageLink[];
  readonly targets: JumpTargets | undefined;
  readonly views: readonly SavedView[];
  readonly mayRead: boolean;
  readonly go: (path: string) => void;
}

const TRACE_ID = /^[0-9a-f]{32}$/;
const id = encodeURIComponent;

const copy = (text: string): void => void navigator.clipboard?.writeText(text);

const ACTIONS: readonly Omit<Command, "kind" | "detail" | "id">[] = [
  { label: "Copy link, time range frozen", keys: "y", run: () => copy(frozenLink(window.location.href, Date.now())) },
  { label: "Copy live link", keys: "Y", run: () => copy(window.location.href) },
  ...THEMES.map((name) => ({ label: `Theme: ${name}`, run: () => setTheme(name) })),
  ...DENSITIES.map((name) => ({ label: `Rows: ${name}`, also: "density", run: () => setDensity(name) })),
  { label: "Times: local or UTC", also: "time zone", run: () => zone.set(zone.get() === "utc" ? "local" : "utc") },
  { label: "Single keys: on or off", also: "keyboard shortcuts", run: () => turnSingleKeys(!singleKeysOff.get()) },
];

function aboutRun(run: Run): string {
  const started = parseMillis(run.started_at);
  const took = run.ended_at === null ? "" : ` · ${formatDuration((parseMillis(run.ended_at) - started) * 1e6)}`;
  return `${run.status} · ${shortTime(started, Date.now())}${took}`;
}

const aboutSession = (session: Session): string => `${session.room ?? session.kind} · ${shortTime(parseMillis(session.started_at), Date.now())}`;

/** Everything there is in this project and on this server. */
export function commandsFor({ project, projects, pages, targets, views, mayRead, go }: Around): readonly Command[] {
  const root = `/p/${id(project ?? "")}`;
  const opening = (kind: Command["kind"], label: string, detail: string, path: string, also = ""): Command => ({ id: `${kind} ${path}`, kind, label, detail, also, run: () => go(path) });
  return [
    ...pages.map(({ path, label, keys }) => ({ ...opening("page", label, "", path), keys })),
    // A view of one room's or session's logs has no place without that room or session.
    ...views.filter((view) => pages.some(({ path }) => path === `${root}/${view.page}`)).map((view) => opening("view", view.name, `${view.page} · ${aboutView(view)}`, `${root}/${view.page}?${view.query}`, view.page)),
    ...ACTIONS.map((action) => ({ id: action.label, kind: "action" as const, detail: "", ...action })),
    ...(targets?.runs ?? []).map((run) => opening("run", run.name || run.id.slice(0, 12), aboutRun(run), `${root}/runs/${id(run.id)}`, `${run.id} ${run.agent ?? ""}`)),
    ...(targets?.agents ?? []).map((name) => opening("agent", name, "", mayRead ? `${root}/agents/${id(name)}` : `${root}/runs?q=${id(`agent:"${name}"`)}`)),
    ...(targets?.rooms ?? []).map((name) => opening("room", name, "", `${root}/rooms/${id(name)}`)),
    ...(targets?.sessions ?? []).map((session) => opening("session", session.id, aboutSession(session), `${root}/sessions/${id(session.id)}`, session.room ?? "")),
    ...projects.map((name) => opening("project", name, "", `/p/${id(name)}`)),
  ];
}

/** What the typed text itself can lead to: a trace whose id it is, or lists that hold it. */
export function commandsOf(typed: string, { project, pages, mayRead, go }: Around): readonly Command[] {
  const root = `/p/${id(project ?? "")}`;
  if (typed === "" || !mayRead) return [];
  if (TRACE_ID.test(typed.toLowerCase())) {
    return [{ id: "trace", kind: "trace", label: `Open trace ${typed}`, detail: "", run: () => go(`${root}/traces/${typed.toLowerCase()}`) }];
  }
  return ["runs", "logs"]
    .filter((name) => pages.some(({ path }) => path === `${root}/${name}`))
    .map((name) => ({ id: `search ${name}`, kind: "search" as const, label: `Filter ${name} by ${typed}`, detail: "", run: () => go(`${root}/${name}?q=${id(typed)}`) }));
}
