import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { FAILURES_READ, failedQuery } from "../../data/overview";
import { rereading } from "../../data/reading";
import { useMay } from "../../data/session";
import { type Cause, causesOf, filterOf } from "../../model/failures";
import { filteredPlace } from "../../model/link";
import { type Range, labelOf } from "../../model/range";
import { runHref } from "../../model/runs";
import { Listed } from "../../widgets/listed";
import { Name, Visible } from "../../widgets/name";
import { Panel, Quiet } from "../../widgets/panel";
import { Moment } from "../../widgets/table";

const CAUSES_SHOWN = 6;

/** What runs failed of: the causes, the most frequent first, each with its newest run. */
export function Failures({ project, range }: { readonly project: string; readonly range: Range }): ReactElement {
  const failed = useQuery({ ...failedQuery(project, range), placeholderData: keepPreviousData, ...rereading(range) });
  const causes = causesOf(failed.data ?? []);
  const isCut = failed.data?.length === FAILURES_READ;
  const rest = causes.length - CAUSES_SHOWN;
  const all = <Link href={filteredPlace(project, "runs", "status:error,lost", range)} className="text-accent hover:underline">All failed runs</Link>;
  return (
    <Panel title="Failures by cause" count={failed.data && causes.length} more={causes.length > 0 && all}>
      <Listed data={failed.data} failure={failed.error && failureOf("The failed runs could not be read", failed.error)} onRetry={() => void failed.refetch()}>
        {() => causes.length === 0 ? <Quiet>✓ No run failed. {labelOf(range)}.</Quiet> : (
          <ul className="divide-y divide-soft">
            {causes.slice(0, CAUSES_SHOWN).map((cause) => <CauseLine key={cause.key} project={project} range={range} cause={cause} />)}
          </ul>
        )}
      </Listed>
      {(rest > 0 || isCut) && (
        <p className="border-t border-soft px-3 py-2 text-sm text-muted">
          {rest > 0 && `${formatWhole(rest)} more causes. `}{isCut && `These are the causes of the newest ${formatWhole(FAILURES_READ)} failed runs.`}
        </p>
      )}
    </Panel>
  );
}

function CauseLine({ project, range, cause }: { readonly project: string; readonly range: Range; readonly cause: Cause }): ReactElement {
  const mayRead = useMay(project, "read");
  const { type, message, agents, newest } = cause;
  return (
    <li className="flex items-center gap-3 px-3 py-2 hover:bg-hover">
      <Link href={filteredPlace(project, "runs", filterOf(cause), range)} title="The runs that failed so" className="flex min-h-6 min-w-12 items-center justify-end font-semibold text-error hover:underline">
        {formatWhole(cause.runs)}<span className="pl-0.5 font-normal" aria-hidden="true">×</span><span className="sr-only"> runs</span>
      </Link>
      <span className="min-w-0 flex-1">
        <span className="flex gap-2">
          {type !== null && <span className="shrink-0 font-medium"><Name text={type} /></span>}
          <span className="min-w-0 truncate"><Name text={message} /></span>
        </span>
        <span className="block truncate text-sm text-muted">{agents.length === 0 ? "no agent" : <Visible line text={agents.slice(0, 4).join(", ")} />}{agents.length > 4 && `, ${agents.length - 4} more`}</span>
      </span>
      <span className="shrink-0 text-sm text-muted">newest <Moment at={newest.started_at} /></span>
      {mayRead && <Link href={runHref(project, newest.id)} className="flex min-h-6 shrink-0 items-center font-medium text-accent hover:underline">Why?</Link>}
    </li>
  );
}
