import type { ReactElement } from "react";
import { Link, useLocation } from "wouter";
import { formatWhole } from "../base/format";
import { useKeys } from "./keys";

export interface PageTab {
  readonly href: string;
  readonly label: string;
  readonly count?: number | undefined;
  /** Something is wrong behind it. */
  readonly isBad?: boolean;
}

/** The parts of a page that have addresses of their own. The keys 1, 2, … lead there as well. */
export function PageTabs({ label, tabs, current }: {
  readonly label: string;
  readonly tabs: readonly PageTab[];
  readonly current: string;
}): ReactElement {
  const [, navigate] = useLocation();
  useKeys(label, tabs.map((tab, index) => ({ keys: String(index + 1), label: tab.label, run: () => navigate(tab.href) })));
  return (
    <nav aria-label={label} className="flex shrink-0 gap-1 border-b border-line px-3">
      {tabs.map((tab) => (
        <Link
          key={tab.label} href={tab.href} aria-current={tab.label === current ? "page" : undefined}
          className="-mb-px flex h-8 items-center gap-1.5 border-b-2 border-transparent px-1.5 font-medium text-muted hover:text-fg aria-[current]:border-accent aria-[current]:text-fg"
        >
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <span className={`text-xs ${tab.isBad ? "text-error" : "text-muted"}`}>{formatWhole(tab.count)}</span>}
        </Link>
      ))}
    </nav>
  );
}
