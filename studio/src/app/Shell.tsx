import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactElement, type ReactNode, Suspense, lazy, useState } from "react";
import { Link, useLocation } from "wouter";
import { keyLabel } from "../base/keys";
import { projectsQuery } from "../data/reads";
import { useSession } from "../data/session";
import { frozenLink } from "../model/link";
import { plainOf } from "../model/visible";
import { IconButton } from "../widgets/button";
import { Key } from "../widgets/dialog";
import { DownIcon, KeyboardIcon, ProjectIcon, SearchIcon } from "../widgets/icons";
import { useKeyboard, useKeys } from "../widgets/keys";
import { Name } from "../widgets/name";
import { AccountMenu } from "./AccountMenu";
import { AppearanceMenu } from "./AppearanceMenu";
import { Help } from "./Help";
import { LiveLamp } from "./LiveLamp";
import { linksFor } from "./navigation";
import { useZone } from "./zone";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));

const copy = (text: string): void => void navigator.clipboard?.writeText(text);
const copyFrozen = (): void => copy(frozenLink(window.location.href, Date.now()));

export function Shell({ project, children }: { readonly project: string | null; readonly children: ReactNode }): ReactElement {
  const [, navigate] = useLocation();
  const [open, setOpen] = useState<"help" | "palette" | null>(null);
  const session = useSession();
  // Every time on the page is written in it: it is drawn anew when it changes.
  const shown = useZone();
  const pages = linksFor(session, project);
  useKeyboard();
  useKeys("Everywhere", [
    { keys: "?", label: "All keys", run: () => setOpen("help") },
    { keys: "Mod+k", label: "Search or jump", run: () => setOpen("palette") },
    { keys: "y", label: "Copy link, with its time range frozen", run: copyFrozen },
    { keys: "Y", label: "Copy live link", run: () => copy(window.location.href) },
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
          <span className="ml-auto"><Key>{keyLabel("Mod+k").join(" ")}</Key></span>
        </button>
        <LiveLamp />
        <AppearanceMenu />
        <IconButton label="All keys (?)" onClick={() => setOpen("help")}><KeyboardIcon /></IconButton>
        {session.person_id !== null && <AccountMenu name={session.name ?? ""} />}
      </header>
      <nav aria-label="Pages" className="border-r border-line bg-surface p-2">
        <ul className="grid gap-0.5">
          {pages.map(({ path, label, keys, icon: Icon, exact = false, beside: Beside }) => (
            <li key={path}><NavLink to={path} label={label} keys={keys} exact={exact} beside={Beside && project !== null && <Beside project={project} />}><Icon /></NavLink></li>
          ))}
        </ul>
      </nav>
      <main id="content" className="flex min-h-0 min-w-0 flex-col bg-bg"><Fragment key={shown}>{children}</Fragment></main>
      {open === "help" && <Help onClose={() => setOpen(null)} />}
      {open === "palette" && <Suspense fallback={null}><Palette project={project} pages={pages} onClose={() => setOpen(null)} /></Suspense>}
    </div>
  );
}

function NavLink({ to, label, keys, exact, beside, children }: {
  readonly to: string;
  readonly label: string;
  readonly exact: boolean;
  readonly keys: string;
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  const [location] = useLocation();
  // A trace is reached through its run, so that Runs stays lit.
  const here = (exact ? location === to : location.startsWith(to)) || (label === "Runs" && location.includes("/traces/"));
  return (
    <Link
      href={to}
      title={`${label} (${keys})`}
      aria-current={here ? "page" : undefined}
      className="flex h-7 items-center gap-2 rounded-md px-2 font-medium text-muted hover:bg-hover hover:text-fg aria-[current=page]:bg-selected aria-[current=page]:text-fg"
    >
      {children}
      <span className="max-md:sr-only">{label}</span>
      {beside}
    </Link>
  );
}

function ProjectSwitcher({ project }: { readonly project: string | null }): ReactElement {
  const { data } = useQuery(projectsQuery());
  const shown = new Map((data?.items ?? []).map(({ name, display_name }) => [name, display_name || name]));
  if (project !== null && !shown.has(project)) shown.set(project, project);
  const choices = [...shown].toSorted(([, a], [, b]) => a.localeCompare(b));
  const here = project === null ? "Fanlight" : (shown.get(project) ?? project);
  return (
    <>
      <button type="button" popoverTarget="projects" className="anchor-project flex h-7 max-w-56 items-center gap-2 rounded-md px-2 font-semibold hover:bg-hover" aria-label={project === null ? "No project; choose one" : `Project ${plainOf(here)}, switch`}>
        <span className="text-accent"><ProjectIcon /></span>
        <Name text={here} />
        <span className="text-muted"><DownIcon /></span>
      </button>
      <div id="projects" popover="auto" aria-label="Projects" className="below-project min-w-56 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop">
        <p className="px-2 py-1 text-xs font-medium text-muted">{choices.length === 0 ? "You are in no project yet" : "Projects"}</p>
        {choices.map(([name, label]) => (
          <Link
            key={name}
            href={`/p/${encodeURIComponent(name)}`}
            aria-current={name === project ? "true" : undefined}
            className="flex h-7 items-center gap-2 rounded px-2 hover:bg-hover aria-[current]:bg-selected"
          >
            <Name text={label} className="max-w-72 truncate" />
            {label !== name && <span className="ml-auto pl-2 font-mono text-xs text-muted">{name}</span>}
          </Link>
        ))}
      </div>
    </>
  );
}
