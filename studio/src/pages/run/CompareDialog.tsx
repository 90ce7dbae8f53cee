import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { formatDuration, parseMillis, shortTime } from "../../base/time";
import { failureOf, filterProblemOf } from "../../data/failure";
import { candidatesQuery } from "../../data/runs";
import type { Run } from "../../model/api";
import { costOf } from "../../model/cost";
import { statusOf } from "../../model/kinds";
import { compareHref } from "../../model/runs";
import { Dialog } from "../../widgets/dialog";
import { CloseIcon } from "../../widgets/icons";
import { IconButton } from "../../widgets/button";
import { Name } from "../../widgets/name";
import { ErrorBox, SkeletonRows } from "../../widgets/states";

/** Chooses what a run is compared with: its agent's median, its last success, or any other run. */
export function CompareDialog({ project, run, onClose }: { readonly project: string; readonly run: Run; readonly onClose: () => void }): ReactElement {
  const [q, setQ] = useState("");
  const { data, error, refetch } = useQuery(candidatesQuery(project, run.agent, q));
  const problem = filterProblemOf(error, q);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const others = (data?.items ?? []).filter(({ id, status }) => id !== run.id && status !== "running");
  // The last success stands first: what went well is what a failure is held against.
  const good = others.findIndex(({ status }) => status === "success");
  const sorted = good > 0 ? [others[good] as Run, ...others.filter((_, index) => index !== good)] : others;
  return (
    <Dialog label="Compare with" onClose={onClose} className="w-[640px] max-w-[94vw]">
      <div className="flex items-center gap-2 border-b border-line py-2 pr-2 pl-4">
        <h2 className="flex-1 font-semibold">Compare with</h2>
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </div>
      <div className="grid gap-2 p-4">
        <input
          ref={field} type="text" aria-label="Filter the runs" placeholder={`Runs of ${run.agent ?? "any agent"}: status:success model:gpt*`} spellCheck={false} defaultValue={q}
          className={`h-8 w-full rounded-md border bg-bg px-2.5 outline-none placeholder:text-muted focus:border-accent ${problem ? "border-error" : "border-control"}`}
          onKeyDown={(event) => event.key === "Enter" && setQ(event.currentTarget.value)} onBlur={(event) => setQ(event.currentTarget.value)}
        />
        {problem && <p role="alert" className="text-sm text-error">{problem.message}</p>}
        <Link href={compareHref(project, run.id, "median")} onClick={onClose} className="flex min-h-8 items-center rounded px-2 font-medium hover:bg-hover">The median of the last 20 runs of {run.agent ?? "its agent"}</Link>
        <ul className="max-h-[50vh] overflow-auto border-t border-soft pt-1">
          {sorted.map((other) => <li key={other.id}><Candidate project={project} run={run} other={other} onClose={onClose} /></li>)}
        </ul>
        {!data && !error && <SkeletonRows count={6} height={32} />}
        {data && sorted.length === 0 && <p className="text-muted">No other run has ended{q === "" ? "" : " that passes this filter"}.</p>}
        {error && !problem && <ErrorBox failure={failureOf("The runs could not be read", error)} onRetry={() => void refetch()} />}
      </div>
    </Dialog>
  );
}

function Candidate({ project, run, other, onClose }: { readonly project: string; readonly run: Run; readonly other: Run; readonly onClose: () => void }): ReactElement {
  const status = statusOf(other.status);
  const [now] = useState(() => Date.now());
  return (
    <Link href={compareHref(project, other.id, run.id)} onClick={onClose} className="grid h-8 grid-cols-[16px_minmax(0,1fr)_72px_96px_64px_64px] items-center gap-3 rounded px-2 hover:bg-hover">
      <span className={status.colour} title={status.label}><span aria-hidden="true">{status.glyph}</span><span className="sr-only">{status.label}</span></span>
      <Name text={other.name || other.id.slice(0, 12)} />
      <code className="truncate font-mono text-xs text-muted">{other.id.slice(0, 8)}</code>
      <span className="text-sm text-muted">{shortTime(parseMillis(other.started_at), now)}</span>
      <span className="text-right text-sm text-muted">{other.duration_ms === null ? "" : formatDuration(other.duration_ms * 1e6)}</span>
      <span className="text-right text-sm text-muted">{costOf(other.cost, other.tokens).text}</span>
    </Link>
  );
}
