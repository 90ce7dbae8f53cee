import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { plural } from "../../base/format";
import { bothZones, parseMillis, shortTime } from "../../base/time";
import type { DiffRun } from "../../model/api";
import { statusOf } from "../../model/kinds";
import { runHref } from "../../model/runs";
import { Name, Visible } from "../../widgets/name";

/** Which runs these are. */
export function Sides({ project, a, b }: { readonly project: string; readonly a: DiffRun; readonly b: DiffRun }): ReactElement {
  return (
    <div className="grid shrink-0 grid-cols-2 border-b border-line">
      <SideOf project={project} letter="A" run={a} />
      <SideOf project={project} letter="B" run={b} />
    </div>
  );
}

function SideOf({ project, letter, run }: { readonly project: string; readonly letter: "A" | "B"; readonly run: DiffRun }): ReactElement {
  const [now] = useState(() => Date.now());
  const status = statusOf(run.status);
  const started = run.started_at === null ? null : parseMillis(run.started_at);
  return (
    <section aria-label={`Run ${letter}`} className="flex min-w-0 items-center gap-3 border-r border-line px-4 py-2 last:border-0">
      <span aria-hidden="true" className="grid size-6 shrink-0 place-items-center rounded border border-control font-semibold">{letter}</span>
      <div className="min-w-0">
        <h2 className="flex min-w-0 items-center gap-2 font-semibold">
          {run.id === null ? <>Median of {plural(run.runs.length, "run")}</> : <Link href={runHref(project, run.id)} className="min-w-0 truncate hover:text-accent hover:underline"><Name text={run.name || run.id.slice(0, 12)} className="" /></Link>}
          {run.id !== null && <span className={`shrink-0 text-sm font-normal ${status.colour}`}><span aria-hidden="true">{status.glyph}</span> {status.label}</span>}
        </h2>
        <p className="truncate text-sm text-muted">
          {run.agent !== null && <Visible line text={run.agent} />}{started !== null && <> · <span title={bothZones(started)}>{shortTime(started, now)}</span></>}{run.id !== null && <> · <code>{run.id.slice(0, 12)}</code></>}
        </p>
      </div>
    </section>
  );
}
