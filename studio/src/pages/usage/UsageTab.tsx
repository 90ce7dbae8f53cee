import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useRef } from "react";
import { Link, useLocation } from "wouter";
import { NONE, formatCount, formatShare, formatWhole } from "../../base/format";
import { formatDuration } from "../../base/time";
import { failureOf, filterProblemOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { rereading, useReading } from "../../data/reading";
import { usageQuery } from "../../data/reads";
import { costOf } from "../../model/cost";
import { filteredPlace, placeOf } from "../../model/link";
import {
  type About, COLUMNS, type Column, GROUPS, type Group, type UsageItem, changeOf, csvOf, numberOf, oneOf, rangeBefore, rangeOf, runsBehind, sortItems, unpricedShare,
} from "../../model/usage";
import { FilterLine } from "../../views/filter/FilterLine";
import { SampledNote } from "../../views/sampling/SampledNote";
import { Button } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { Figure, Figures } from "../../widgets/figures";
import type { FilterHandle } from "../../widgets/filter-bar";
import { Choice } from "../../widgets/form";
import { useKeys } from "../../widgets/keys";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { UsageChart } from "./UsageChart";
import { UsageHead, useCompared, useInterval } from "./UsageHead";
import { UsageTable } from "./UsageTable";

const SORTS: Readonly<Record<About, Column>> = { cost: "cost", activity: "spans", latency: "p95" };
/** Whose durations the percentiles of a grouping are. */
const TIMED: Readonly<Partial<Record<Group, string>>> = { model: "model calls", provider: "model calls", tool: "tool calls", agent: "agent steps" };

/** Cost, activity or latency: the totals, a chart over time, and a table whose rows lead to their runs. */
export function UsageTab({ project, about }: { readonly project: string; readonly about: About }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const [, navigate] = useLocation();
  const filter = useRef<FilterHandle>(null);
  const now = useReading(range);
  const { interval, control: intervals } = useInterval(now);
  const { compared, control: compare } = useCompared();
  const q = params.get("q") ?? "";
  const group = oneOf(GROUPS, params.get("group")) ?? "model";
  const sort = oneOf(COLUMNS, params.get("sort")) ?? SORTS[about];
  const reading = { placeholderData: keepPreviousData, ...rereading(range) };
  const table = useQuery({ ...usageQuery(project, about, q, range, group, ""), ...reading });
  const earlier = useQuery({ ...usageQuery(project, about, q, rangeBefore(range, now), group, ""), placeholderData: keepPreviousData, enabled: compared });
  useKeys("Usage", [{ keys: "/", label: "Filter", run: () => filter.current?.focus() }]);

  const problem = filterProblemOf(table.error, q);
  const { data } = table;
  const rows = data && sortItems(data.items, sort);
  const hrefOf = (key: string | null): string | null => {
    const behind = runsBehind(q, group, key);
    return behind === null ? null : filteredPlace(project, "runs", behind, range);
  };
  return (
    <>
      <UsageHead project={project} tab={about} range={range} setRange={setRange}>
        {data && rows && <CsvButton name={`${project}-${about}-by-${group}`} text={() => csvOf(group, rows, data.total)} />}
      </UsageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <Choice label="Group by" hidden value={group} className="w-32!" onChange={(event) => change({ group: event.target.value }, "push")}>
          {GROUPS.map((name) => <option key={name} value={name}>by {name}</option>)}
        </Choice>
        {intervals}
        <FilterLine project={project} noun="runs" page="usage" range={range} handle={filter} value={q} problem={problem} placeholder="Filter runs: agent:planner status:error" onChange={(next) => change({ q: next }, "push")} />
        {compare}
      </div>
      {!data && table.error && !problem && <ErrorBox failure={failureOf("Usage could not be read", table.error)} onRetry={() => void table.refetch()} />}
      {table.isPending && <SkeletonRows count={12} height={36} />}
      {data && rows && (data.total.runs === 0 ? (
        <Empty title={q === "" ? "No run in this time range" : "No run passes this filter"}>
          {q !== "" && <Button onClick={() => change({ q: null }, "push")}>Without the filter</Button>}
          {range.from !== "now-30d" && <Button onClick={() => setRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>}
        </Empty>
      ) : (
        <div className={`min-h-0 flex-1 overflow-auto ${table.isPlaceholderData || problem ? "opacity-60" : ""}`}>
          <div className="grid gap-6 px-4 pt-1 pb-8">
            <SampledNote project={project} />
            <Totals project={project} total={data.total} before={compared ? earlier.data?.total : undefined} timed={TIMED[group] ?? "runs"} />
            <UsageChart
              project={project} about={about} group={group} q={q} interval={interval} range={range} now={now} order={rows.map(({ key }) => key)} compared={compared}
              onZoom={(from, to) => setRange(rangeOf(from, to))} onPick={(from, to) => navigate(filteredPlace(project, "runs", q, rangeOf(from, to)))}
            />
            {data.truncated && <p className="text-warn">There are more groups than are shown; the total is of all of them.</p>}
            <UsageTable
              group={group} items={data.items} before={compared ? earlier.data?.items : undefined} total={data.total} sort={sort} hrefOf={hrefOf}
              onSort={(column) => change({ sort: column === SORTS[about] ? null : column }, "push")}
            />
          </div>
        </div>
      ))}
    </>
  );
}

const failed = ({ errors, spans }: UsageItem): number | null => (spans === 0 ? null : errors / spans);

function Totals({ project, total, before, timed }: {
  readonly project: string;
  readonly total: UsageItem;
  readonly before: UsageItem | undefined;
  readonly timed: string;
}): ReactElement {
  const cost = costOf(total.cost, total.tokens);
  const share = unpricedShare(total);
  const change = (column: Column): number | null => (before ? changeOf(numberOf(total, column), numberOf(before, column)) : null);
  return (
    <Figures>
      <Figure label="Cost" title={cost.why} change={change("cost")} note={share ? <Unpriced project={project} share={share} /> : undefined}>{cost.text}</Figure>
      <Figure label="Tokens in / out" change={change("input")}>{formatCount(total.tokens.input)} / {formatCount(total.tokens.output)}</Figure>
      <Figure label="Runs" change={change("runs")}>{formatWhole(total.runs)}</Figure>
      <Figure label="Steps" change={change("spans")}>{formatWhole(total.spans)}</Figure>
      <Figure label="Failed steps" change={before ? changeOf(failed(total), failed(before)) : null} bad="up">{total.errors === 0 ? "0" : formatShare(total.errors / total.spans)}</Figure>
      <Figure label={`p95 of ${timed}`} title={total.p95_ms === null ? "Fewer than 100 samples" : undefined} change={change("p95")} bad="up" note={total.p95_ms === null ? "fewer than 100" : undefined}>
        {total.p95_ms === null ? NONE : formatDuration(total.p95_ms * 1e6)}
      </Figure>
    </Figures>
  );
}

/** How much of the tokens is in no cost, and where a price is set. */
function Unpriced({ project, share }: { readonly project: string; readonly share: number }): ReactElement {
  return (
    <Link href={placeOf(project, "settings/prices")} className="text-warn underline decoration-dotted underline-offset-2 hover:decoration-solid">
      {formatShare(share)} of the tokens unpriced: set a price
    </Link>
  );
}
