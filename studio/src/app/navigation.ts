import type { ReactElement } from "react";
import { type Right, type Session, isMember, mayIn, mayOnServer } from "../model/session";
import { ActiveRooms } from "../views/rooms/ActiveRooms";
import { AgentsIcon, HealthIcon, LogsIcon, OverviewIcon, PeopleIcon, PluginsIcon, RoomsIcon, RunsIcon, SessionsIcon, SettingsIcon, UsageIcon } from "../widgets/icons";

/** A line of the list on the left. */
export interface PageLink {
  readonly path: string;
  readonly label: string;
  readonly keys: string;
  readonly icon: () => ReactElement;
  /** Whether what lies below its address is another page's. */
  readonly exact?: boolean;
  /** What stands beside the label: a count of what goes on there. */
  readonly beside?: (props: { readonly project: string }) => ReactElement | null;
}

interface Entry extends PageLink {
  /** Any of these opens it; none where being in the project does. */
  readonly rights: readonly Right[];
}

const OF_PROJECT: readonly Entry[] = [
  { path: "", label: "Overview", keys: "g o", icon: OverviewIcon, rights: [], exact: true },
  { path: "rooms", label: "Rooms", keys: "g m", icon: RoomsIcon, rights: [], beside: ActiveRooms },
  { path: "runs", label: "Runs", keys: "g r", icon: RunsIcon, rights: [] },
  { path: "sessions", label: "Sessions", keys: "g s", icon: SessionsIcon, rights: ["read"] },
  { path: "agents", label: "Agents", keys: "g a", icon: AgentsIcon, rights: [] },
  { path: "logs", label: "Logs", keys: "g l", icon: LogsIcon, rights: ["read"] },
  { path: "usage", label: "Usage", keys: "g u", icon: UsageIcon, rights: ["usage"] },
  { path: "plugins", label: "Plugins", keys: "g p", icon: PluginsIcon, rights: ["read"] },
  { path: "health", label: "Health", keys: "g h", icon: HealthIcon, rights: ["read"] },
  { path: "settings", label: "Settings", keys: "g ,", icon: SettingsIcon, rights: ["admin", "members"] },
];

/** What is in a project for whoever asks: what one has no right to is not shown. */
export function linksFor(session: Session, project: string | null): readonly PageLink[] {
  const mayServer = mayOnServer(session, "server") && session.mode !== "local";
  const server = mayServer ? [{ path: "/settings", label: "Server", keys: "g .", icon: PeopleIcon }] : [];
  if (project === null || !isMember(session, project)) return server;
  const open = OF_PROJECT.filter(({ rights }) => rights.length === 0 || rights.some((right) => mayIn(session, project, right)));
  return [...open.map((entry) => ({ ...entry, path: `/p/${encodeURIComponent(project)}${entry.path === "" ? "" : `/${entry.path}`}` })), ...server];
}
