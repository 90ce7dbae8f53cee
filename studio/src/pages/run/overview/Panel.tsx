import type { ReactElement, ReactNode } from "react";

/** One block of the overview: what it is about, where more of it is, and what there is. */
export function Panel({ title, more, children }: { readonly title: string; readonly more?: ReactNode; readonly children: ReactNode }): ReactElement {
  return (
    <section aria-label={title} className="grid grid-cols-[minmax(0,1fr)] content-start gap-2">
      <div className="flex h-6 items-center justify-between gap-3">
        <h2 className="text-sm font-semibold">{title}</h2>
        {more && <span className="text-sm">{more}</span>}
      </div>
      {children}
    </section>
  );
}
