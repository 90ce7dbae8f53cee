import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState, useSyncExternalStore } from "react";
import { Link, useLocation } from "wouter";
import { useHealth } from "../data/hooks";
import { projectsQuery } from "../data/reads";
import { useSession } from "../data/session";
import { type Session, isMember, mayIn, mayOnServer } from "../model/session";
import { IconButton } from "../widgets/button";
import { Key } from "../widgets/dialog";
import { DownIcon, KeyboardIcon, LogsIcon, MoonIcon, PeopleIcon, ProjectIcon, RunsIcon, ScreenIcon, SearchIcon, SettingsIcon, SunIcon, UsageIcon } from "../widgets/icons";
import { useKeyboard, useKeys } from "../widgets/keys";
import { AccountMenu } from "./AccountMenu";
import { Help } from "./Help";
import { Palette } from "./Palette";
import { type Theme, setTheme, theme } from "./theme";

interface PageLink {
  readonly path: string;
  readonly label: string;
  readonly keys: string;
  readonly icon: () => ReactElement;
}

/** What is in a project for whoever asks: what one has no right to is not shown. */
function pagesOf(session: Session, project: string | null): readonly PageLink[] {
  const root = project !== null && isMember(session, project) ? `/p/${encodeURIComponent(project)}` : null;
  const may = (right: Parameters<typeof mayIn>[2]): boolean => project !== null && mayIn(session, project, right);
  const server = mayOnServer(session, "server") && session.mode !== "local";
  return [
    ...(root === null ? [] : [{ path: `${root}/runs`, label: "Runs", keys: "g r", icon: RunsIcon }]),
    ...(may("read") ? [{ path: `${root}/logs`, label: "Logs", keys: "g l", icon: LogsIcon }] : []),
    ...(may("usage") ? [{ path: `${root}/usage`, label: "Usage", keys: "g u", icon: UsageIcon }] : []),
    ...(may("admin") || may("members") ? [{ path: `${root}/settings`, label: "Settings", keys: "g ,", icon: SettingsIcon }] : []),
    ...(server ? [{ path: "/settings", label: "Server", keys: "g p", icon: PeopleIcon }] : []),
  ];
}

export function Shell({ project, children }: { readonly project: string | null; readonly children: ReactNode }): ReactElement {
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<"help" | "palette" | null>(null);
  const session = useSession();
  const pages = pagesOf(session, project);
  useKeyboard();
  useKeys("Everywhere", [
    { keys: "?", label: "All keys", run: () => setOpen("help") },
    { keys: "Mod+k", label: "Search or jump", run: () => setOpen("palette") },
    ...pages.map(({ path, label, keys }) => ({ keys, label: `Go to ${label}`, run: () => navigate(path) })),
  ]);
  return (
    <div className="grid h-full grid-cols-[184px_minmax(0,1fr)] grid-rows-[44px_minmax(0,1fr)] max-md:grid-cols-[48px_minmax(0,1fr)]">
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-raised focus:p-2">Skip to content</a>
      <header className="col-span-2 flex items-center gap-2 border-b border-line bg-surface pr-3 pl-2">
        <ProjectSwitcher project={project} />
        <button
          type="button"
          className="mx-auto flex h-7 w-full max-w-96 items-center gap-2 rounded-md border border-line bg-bg px-2 text-sm text-muted hover:border-control"
          onClick={() => setOpen("palette")}
        >
          <SearchIcon />
          Search or jump…
          <span className="ml-auto"><Key>Ctrl K</Key></span>
        </button>
        <LiveLamp />
        <ThemeButton />
        <IconButton label="All keys (?)" onClick={() => setOpen("help")}><KeyboardIcon /></IconButton>
        {session.person_id !== null && <AccountMenu name={session.name ?? ""} />}
      </header>
      <nav aria-label="Pages" className="border-r border-line bg-surface p-2">
        <ul className="grid gap-0.5">
          {pages.map(({ path, label, keys, icon: Icon }) => (
            <li key={path}><NavLink to={path} label={label} keys={keys}><Icon /></NavLink></li>
          ))}
        </ul>
      </nav>
      <main id="content" className="flex min-h-0 min-w-0 flex-col bg-bg">{children}</main>
      {open === "help" && <Help onClose={() => setOpen(null)} />}
      {open === "palette" && <Palette project={project} pages={pages} onClose={() => setOpen(null)} />}
    </div>
  );
}

function NavLink({ to, label, keys, children }: {
  readonly to: string;
  readonly label: string;
  readonly keys: string;
  readonly children: ReactNode;
}): ReactElement {
  const [location] = useLocation();
  // A trace is reached through its run, so that Runs stays lit.
  const here = location.startsWith(to) || (label === "Runs" && location.includes("/traces/"));
  return (
    <Link
      href={to}
      title={`${label} (${keys})`}
      aria-current={here ? "page" : undefined}
      className="flex h-7 items-center gap-2 rounded-md px-2 font-medium text-muted hover:bg-hover hover:text-fg aria-[current=page]:bg-selected aria-[current=page]:text-fg"
    >
      {children}
      <span className="max-md:sr-only">{label}</span>
    </Link>
  );
}

function ProjectSwitcher({ project }: { readonly project: string | null }): ReactElement {
  const { data } = useQuery(projectsQuery());
  const names = [...new Set([...(project === null ? [] : [project]), ...(data?.items ?? []).map(({ name }) => name)])].toSorted();
  return (
    <>
      <button type="button" popoverTarget="projects" className="anchor-project flex h-7 max-w-56 items-center gap-2 rounded-md px-2 font-semibold hover:bg-hover" aria-label={project === null ? "No project; choose one" : `Project ${project}, switch`}>
        <span className="text-accent"><ProjectIcon /></span>
        <span className="truncate">{project ?? "Fanlight"}</span>
        <span className="text-muted"><DownIcon /></span>
      </button>
      <div id="projects" popover="auto" aria-label="Projects" className="below-project min-w-56 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop">
        <p className="px-2 py-1 text-xs font-medium text-muted">{names.length === 0 ? "You are in no project yet" : "Projects"}</p>
        {names.map((name) => (
          <Link
            key={name}
            href={`/p/${encodeURIComponent(name)}/runs`}
            aria-current={name === project ? "true" : undefined}
            className="flex h-7 items-center rounded px-2 hover:bg-hover aria-[current]:bg-selected"
          >
            {name}
          </Link>
        ))}
      </div>
    </>
  );
}

/** Whether what is shown is live, and how much comes in. */
function LiveLamp(): ReactElement {
  const { connection, perSecond, lostAt } = useHealth();
  const [look, text, title] = {
    live: ["text-ok", perSecond > 0 ? `Live ${perSecond}/s` : "Live", "Changes arrive as they happen"],
    lost: ["text-warn", "Reconnecting…", `The stream broke ${lostAt ? `at ${new Date(lostAt).toLocaleTimeString()}` : ""}; what is missed will be fetched`],
    connecting: ["text-muted", "Connecting…", "Opening the stream"],
    idle: ["text-muted", "Idle", "Nothing on this page changes by itself"],
  }[connection] as [string, string, string];
  return (
    <span className="flex h-7 min-w-24 items-center justify-end gap-1.5 px-1 text-sm whitespace-nowrap text-muted" title={title} data-connection={connection}>
      <span className={`${look} ${connection === "lost" ? "pulse" : ""}`} aria-hidden="true">●</span>
      {text}
    </span>
  );
}

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

function ThemeButton(): ReactElement {
  const choice = useSyncExternalStore(theme.watch, theme.get);
  const Icon = { system: ScreenIcon, light: SunIcon, dark: MoonIcon }[choice];
  return (
    <IconButton label={`Theme: ${choice}; switch to ${NEXT[choice]}`} onClick={() => setTheme(NEXT[choice])}><Icon /></IconButton>
  );
}
