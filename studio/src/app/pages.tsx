import { type ComponentType, type LazyExoticComponent, type ReactElement, lazy } from "react";
import type { Right } from "../model/session";
import { RunsPage } from "../pages/runs/RunsPage";

type Params = Readonly<Record<string, string>>;

/** A page of a project: where it is, who may see it, and what it is made of. */
export interface ProjectPage {
  /** Below /p/:project/, as wouter writes paths. */
  readonly path: string;
  /** What it takes to see it; null where being in the project does. */
  readonly right: Right | null;
  /** What whoever may not see it is told that they may not. */
  readonly to: string;
  readonly show: (project: string, params: Params) => ReactElement;
}

/** A page that is loaded when it is first opened. */
function later<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => ({ default: await load() }));
}

const OverviewPage = later(async () => (await import("../pages/overview/OverviewPage")).OverviewPage);
const AgentsPage = later(async () => (await import("../pages/agents/AgentsPage")).AgentsPage);
const AgentPage = later(async () => (await import("../pages/agents/AgentPage")).AgentPage);
const RunPage = later(async () => (await import("../pages/run/RunPage")).RunPage);
const ComparePage = later(async () => (await import("../pages/compare/ComparePage")).ComparePage);
const TracePage = later(async () => (await import("../pages/trace/TracePage")).TracePage);
const RoomsPage = later(async () => (await import("../pages/rooms/RoomsPage")).RoomsPage);
const RoomPage = later(async () => (await import("../pages/rooms/RoomPage")).RoomPage);
const LogsPage = later(async () => (await import("../pages/logs/LogsPage")).LogsPage);
const SessionPage = later(async () => (await import("../pages/sessions/SessionPage")).SessionPage);
const SessionsPage = later(async () => (await import("../pages/sessions/SessionsPage")).SessionsPage);
const UsagePage = later(async () => (await import("../pages/usage/UsagePage")).UsagePage);
const HealthPage = later(async () => (await import("../pages/health/HealthPage")).HealthPage);
const PluginsPage = later(async () => (await import("../pages/plugins/PluginsPage")).PluginsPage);
const GeneralPage = later(async () => (await import("../pages/settings/GeneralPage")).GeneralPage);
const RetentionPage = later(async () => (await import("../pages/settings/RetentionPage")).RetentionPage);
const PricesPage = later(async () => (await import("../pages/settings/PricesPage")).PricesPage);
const BudgetsPage = later(async () => (await import("../pages/settings/BudgetsPage")).BudgetsPage);
const AgentEnvPage = later(async () => (await import("../pages/settings/AgentEnvPage")).AgentEnvPage);
const MembersPage = later(async () => (await import("../pages/settings/MembersPage")).MembersPage);
const KeysPage = later(async () => (await import("../pages/settings/KeysPage")).KeysPage);
const AuditPage = later(async () => (await import("../pages/settings/AuditPage")).AuditPage);

/** Every page of a project. The first that fits an address is shown, so what is longer stands above. */
export const PAGES: readonly ProjectPage[] = [
  { path: "", right: null, to: "", show: (project) => <OverviewPage project={project} /> },
  { path: "runs", right: null, to: "", show: (project) => <RunsPage project={project} /> },
  { path: "runs/:a/compare/:b", right: "read", to: "see what happened in a run", show: (project, { a = "", b = "" }) => <ComparePage project={project} a={a} b={b} /> },
  { path: "runs/:id/:tab?", right: "read", to: "see what happened in a run", show: (project, { id = "", tab }) => <RunPage project={project} id={id} tab={tab} /> },
  { path: "traces/:id", right: "read", to: "see what happened in a run", show: (project, { id = "" }) => <TracePage project={project} traceId={id} /> },
  { path: "rooms", right: null, to: "", show: (project) => <RoomsPage project={project} /> },
  { path: "rooms/:room/:tab?", right: "read", to: "look into a room", show: (project, { room = "", tab }) => <RoomPage project={project} room={room} tab={tab} /> },
  { path: "agents", right: null, to: "", show: (project) => <AgentsPage project={project} /> },
  { path: "agents/*", right: "read", to: "see what an agent did", show: (project, { "*": agent = "" }) => <AgentPage project={project} agent={agent} /> },
  { path: "logs", right: "read", to: "read logs", show: (project) => <LogsPage project={project} /> },
  { path: "sessions/:id/:tab?", right: "read", to: "see what happened in a session", show: (project, { id = "", tab }) => <SessionPage key={id} project={project} id={id} tab={tab} /> },
  { path: "sessions", right: "read", to: "see its sessions", show: (project) => <SessionsPage project={project} /> },
  { path: "usage/:about?", right: "usage", to: "see tokens and cost", show: (project, { about }) => <UsagePage project={project} about={about} /> },
  { path: "health", right: "read", to: "see what became of what was sent", show: (project) => <HealthPage project={project} /> },
  { path: "plugins", right: "read", to: "see its exporters", show: (project) => <PluginsPage project={project} /> },
  { path: "settings/general", right: null, to: "", show: (project) => <GeneralPage project={project} /> },
  { path: "settings/retention", right: null, to: "", show: (project) => <RetentionPage project={project} /> },
  { path: "settings/prices", right: "usage", to: "see its prices", show: (project) => <PricesPage project={project} /> },
  { path: "settings/budgets", right: "read", to: "see its budgets", show: (project) => <BudgetsPage project={project} /> },
  { path: "settings/members", right: "members", to: "see its members", show: (project) => <MembersPage project={project} /> },
  { path: "settings/keys", right: "admin", to: "see its keys", show: (project) => <KeysPage project={project} /> },
  { path: "settings/environment", right: "admin", to: "set what its agents find in their environment", show: (project) => <AgentEnvPage project={project} /> },
  { path: "settings/audit", right: "admin", to: "see its audit log", show: (project) => <AuditPage project={project} /> },
];
