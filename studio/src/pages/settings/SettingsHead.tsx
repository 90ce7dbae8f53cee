import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { useMay, useMayOnServer, useSession } from "../../data/session";
import { PageHead } from "../../widgets/page-head";

interface Tab {
  readonly href: string;
  readonly label: string;
}

/** What settings of a project there are for whoever asks; with `project` null those of the server. */
export function SettingsHead({ project }: { readonly project: string | null }): ReactElement {
  const isLocal = useSession().mode === "local";
  const mayAdmin = useMay(project ?? "", "admin");
  const mayMembers = useMay(project ?? "", "members");
  const mayUsage = useMay(project ?? "", "usage");
  const mayRead = useMay(project ?? "", "read");
  const mayServer = useMayOnServer("server");
  const root = project === null ? "/settings" : `/p/${encodeURIComponent(project)}/settings`;
  // In local mode there is nobody who could be a member.
  const tabs: readonly Tab[] = project === null
    ? mayServer ? [{ href: `${root}/people`, label: "People" }, { href: `${root}/audit`, label: "Audit" }] : []
    : [
        { href: `${root}/general`, label: "General" },
        ...(mayMembers && !isLocal ? [{ href: `${root}/members`, label: "Members" }] : []),
        ...(mayAdmin ? [{ href: `${root}/keys`, label: "Keys" }] : []),
        { href: `${root}/retention`, label: "Retention" },
        ...(mayUsage ? [{ href: `${root}/prices`, label: "Prices" }] : []),
        ...(mayRead ? [{ href: `${root}/budgets`, label: "Budgets" }] : []),
        ...(mayAdmin ? [{ href: `${root}/environment`, label: "Environment" }, { href: `${root}/audit`, label: "Audit" }] : []),
      ];
  const [location] = useLocation();
  return (
    <>
      <PageHead title={<>
        <h1 className="text-lg font-semibold">{project === null ? "Server" : "Settings"}</h1>
        <span className="truncate text-muted">{project ?? "of all projects"}</span>
      </>} />
      <nav aria-label="Settings" className="flex h-9 shrink-0 gap-1 border-b border-line px-3">
        {tabs.map(({ href, label }) => (
          <Link
            key={href} href={href} aria-current={location === href ? "page" : undefined}
            className="-mb-px flex items-center border-b-2 border-transparent px-1.5 font-medium text-muted hover:text-fg aria-[current=page]:border-accent aria-[current=page]:text-fg"
          >
            {label}
          </Link>
        ))}
      </nav>
    </>
  );
}

/** The part of a settings page that scrolls. */
export function SettingsBody({ children }: { readonly children: React.ReactNode }): ReactElement {
  return <div className="min-h-0 flex-1 overflow-auto"><div className="grid max-w-5xl gap-10 p-6">{children}</div></div>;
}
