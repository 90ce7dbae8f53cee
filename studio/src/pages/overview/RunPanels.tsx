import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import { failureOf } from "../../data/failure";
import { newestQuery, runningQuery } from "../../data/overview";
import { useMay } from "../../data/session";
import type { Run } from "../../model/api";
import { costOf } from "../../model/cost";
import { statusOf } from "../../model/kinds";
import { placeOf } from "../../model/link";
import { elapsedMs, runHref } from "../../model/runs";
import { useNow } from "../../widgets/clock";
import { Listed } from "../../widgets/listed";
import { Name } from "../../widgets/name";
import { Panel, Quiet } from "../../widgets/panel";

const RUNNING_SHOWN = 8;

/** The runs that go on now, with their time so far. */
export function RunningNow({ project }: { readonly project: string }): ReactElement {
  const running = useQuery({ ...runningQuery(project), refetchInterval: 15_000 });
  const now = useNow((running.data?.length ?? 0) > 0);
  const all = <Link href={placeOf(project, "runs", { q: "status:running", from: "now-7d" })} className="text-accent hover:underline">All</Link>;
  return (
    <Panel title="Running now" count={running.data?.length} more={(running.data?.length ?? 0) > 0 && all}>
      <Listed data={running.data} failure={running.error && failureOf("The running runs could not be read", running.error)} onRetry={() => void running.refetch()}>
        {(runs) => runs.length === 0 ? <Quiet>Nothing runs at the moment.</Quiet> : (
          <ul className="divide-y divide-soft">
            {runs.slice(0, RUNNING_SHOWN).map((run) => <RunLine key={run.id} project={project} run={run} now={now} />)}
          </ul>
        )}
      </Listed>
    </Panel>
  );
}

/** The newest runs of all, whatever the range. */
export function NewestRuns({ project }: { readonly project: string }): ReactElement {
  const newest = useQuery({ ...newestQuery(project), refetchInterval: 15_000 });
  const now = useNow(newest.data?.some(({ status }) => status === "running") ?? false);
  return (
    <Panel title="Newest runs" more={<Link href={placeOf(project, "runs")} className="text-accent hover:underline">All runs</Link>}>
      <Listed data={newest.data} failure={newest.error && failureOf("The newest runs could not be read", newest.error)} onRetry={() => void newest.refetch()}>
        {(runs) => runs.length === 0 ? <Quiet>No run yet.</Quiet> : (
          <ul className="divide-y divide-soft">{runs.map((run) => <RunLine key={run.id} project={project} run={run} now={now} wide />)}</ul>
        )}
      </Listed>
    </Panel>
  );
}

function RunLine({ project, run, now, wide = false }: { readonly project: string; readonly run: Run; readonly now: number; readonly wide?: boolean }): ReactElement {
  const mayRead = useMay(project, "read");
  const status = statusOf(run.status);
  const elapsed = elapsedMs(run, now);
  const started = parseMillis(run.started_at);
  const name = <Name text={run.name || run.id.slice(0, 12)} />;
  return (
    <li className="relative flex h-9 items-center gap-3 px-3 hover:bg-hover">
      <span className={`w-4 text-center ${status.colour}`} title={status.label}><span aria-hidden="true">{status.glyph}</span><span className="sr-only">{status.label}</span></span>
      <span className="flex min-w-0 flex-1 font-medium">
        {mayRead ? <Link href={runHref(project, run.id)} className="min-w-0 truncate after:absolute after:inset-0">{name}</Link> : <span className="truncate">{name}</span>}
      </span>
      {wide && <span className="w-36 truncate text-muted max-lg:hidden">{run.agent !== null && <Name text={run.agent} />}</span>}
      {wide && mayRead && <span className="w-16 text-right text-muted">{costOf(run.cost, run.tokens).text}</span>}
      <span className={`text-right text-muted ${wide ? "w-20" : ""}`}>{elapsed === null ? "" : formatDuration(run.status === "running" ? Math.floor(elapsed / 1000) * 1e9 : elapsed * 1e6)}</span>
      {wide && <time dateTime={run.started_at} title={bothZones(started)} className="w-24 text-right text-muted">{shortTime(started, now)}</time>}
    </li>
  );
}
