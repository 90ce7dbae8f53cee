import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { sayChange } from "../model/usage";

/** Large numbers side by side. */
export function Figures({ children }: { readonly children: ReactNode }): ReactElement {
  return <dl className="flex flex-wrap gap-x-10 gap-y-3">{children}</dl>;
}

/** One number with what it is, what there is to say about it, and how it changed. */
export function Figure({ label, title, note, change = null, bad = "none", href, children }: {
  readonly label: string;
  readonly title?: string | undefined;
  readonly note?: ReactNode;
  /** Against the period before, as a share of it. */
  readonly change?: number | null;
  /** The direction that is no good news. */
  readonly bad?: "up" | "down" | "none";
  readonly href?: string | undefined;
  readonly children: ReactNode;
}): ReactElement {
  const number = <span className="text-xl font-semibold">{children}</span>;
  return (
    <div title={title}>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="flex flex-wrap items-baseline gap-x-2">
        {href === undefined ? number : <Link href={href} className="hover:underline">{number}</Link>}
        <Change of={change} bad={bad} />
        {note && <span className="text-sm text-muted">{note}</span>}
      </dd>
    </div>
  );
}

/** How a number changed against the period before: an arrow and a share, coloured where it is bad news. */
export function Change({ of, bad }: { readonly of: number | null; readonly bad: "up" | "down" | "none" }): ReactElement | null {
  if (of === null) return null;
  const isBad = (bad === "up" && of >= 0.05) || (bad === "down" && of <= -0.05);
  return <span className={`text-sm whitespace-nowrap ${isBad ? "text-error" : "text-muted"}`} title="Against the period before, of the same length">{sayChange(of)}</span>;
}
