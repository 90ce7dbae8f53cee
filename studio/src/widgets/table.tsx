import { type ReactElement, type ReactNode, useState } from "react";
import { bothZones, parseMillis, shortTime } from "../base/time";

const NO_NUMBERS: readonly string[] = [];

/** A table of few rows, all in the document; long lists are `Rows`. */
export function Table({ label, columns, numbers = NO_NUMBERS, children }: {
  readonly label: string;
  /** The heads of the columns; an empty one is of what can be done with a row. */
  readonly columns: readonly string[];
  /** The heads of those columns whose cells are numbers. */
  readonly numbers?: readonly string[];
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className="overflow-x-auto rounded-lg border border-line">
      <table className="table" aria-label={label}>
        <thead className="bg-surface">
          <tr>{columns.map((name) => <th key={name} scope="col" className={numbers.includes(name) ? "number" : undefined}>{name === "" ? <span className="sr-only">Actions</span> : name}</th>)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A moment in the reader's zone, both zones at a hover; a dash where there was none. */
export function Moment({ at, none = "—" }: { readonly at: string | null; readonly none?: string }): ReactElement {
  const [now] = useState(() => Date.now());
  if (at === null) return <span className="text-muted">{none}</span>;
  const ms = parseMillis(at);
  return <time dateTime={at} title={bothZones(ms)} className="whitespace-nowrap text-muted">{shortTime(ms, now)}</time>;
}

/** One word about a row's standing. */
export function Badge({ look = "plain", children }: { readonly look?: "plain" | "ok" | "warn" | "error" | "accent"; readonly children: ReactNode }): ReactElement {
  const colour = { plain: "text-muted", ok: "text-ok", warn: "text-warn", error: "text-error", accent: "text-accent" }[look];
  return <span className={`inline-flex items-center rounded-full border border-line px-2 text-xs whitespace-nowrap ${colour}`}>{children}</span>;
}

/** One part of a page of settings: what it is about, and what can be done. */
export function Section({ title, note, action, children }: {
  readonly title: string;
  readonly note?: ReactNode;
  /** What can be done with all of it, at the right of its name. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <section className="grid gap-3" aria-label={title}>
      <div>
        <div className="flex items-center gap-2"><h2 className="flex-1 text-lg font-semibold">{title}</h2>{action}</div>
        {note && <p className="max-w-[80ch] text-muted">{note}</p>}
      </div>
      {children}
    </section>
  );
}
