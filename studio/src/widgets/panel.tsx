import type { ReactElement, ReactNode } from "react";

/** A part of a page with a frame, a name, and what leads further. */
export function Panel({ title, count, more, children }: {
  readonly title: string;
  readonly count?: number | undefined;
  /** A link or a button at the right of the name. */
  readonly more?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section aria-label={title} className="flex min-w-0 flex-col overflow-hidden rounded-lg border border-line">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line bg-surface px-3">
        <h2 className="font-semibold">{title}</h2>
        {count !== undefined && <span className="rounded-full bg-hover px-1.5 text-xs text-muted">{count}</span>}
        <span className="flex-1" />
        {more}
      </div>
      {children}
    </section>
  );
}

/** The line of a panel that has nothing to show, which is often good news. */
export function Quiet({ children }: { readonly children: ReactNode }): ReactElement {
  return <p className="px-3 py-4 text-muted">{children}</p>;
}
