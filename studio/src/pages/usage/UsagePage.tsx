import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from "react";
import { Link, Redirect } from "wouter";
import { NONE, formatCount, formatMoney, formatWhole } from "../../base/format";
import { download } from "../../base/download";
import { dayOf, formatDuration, minuteOf } from "../../base/time";
import { failureOf, filterProblemOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { usageQuery } from "../../data/reads";
import { costOf } from "../../model/cost";
import { frozenLink } from "../../model/link";
import { type Range, isLive } from "../../model/range";
import {
  ABOUTS, type About, COLUMNS, type Column, GROUPS, type Group, INTERVALS, type Interval, type Usage, type UsageItem, after, binsOf, csvOf,
  intervalFor, oneOf, percentilesOf, runsBehind, seriesOf, sortItems, unpricedShare,
} from "../../model/usage";
import { Button } from "../../widgets/button";
import { FilterBar, type FilterHandle } from "../../widgets/filter-bar";
import { Choice } from "../../widgets/form";
import { DownloadIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { TimeChart } from "../../widgets/time-chart";
import { UsageTable, percent } from "./UsageTable";

const REREAD_MS = 15_000;
const SORTS: Readonly<Record<About, Column>> = { cost: "cost", activity: "spans", latency: "p95" };
/** Whose durations the percentiles of a grouping are. */
const TIMED: Readonly<Partial<Record<Group, string>>> = { model: "model calls", provider: "model calls", tool: "tool calls", agent: "agent steps" };
const TITLES: Readonly<Record<About, string>> = { cost: "Cost", activity: "Steps", latency: "Latency" };

/** What runs came to: cost, activity, latency. */
export function UsagePage({ project, about: named }: { readonly project: string; readonly about: string | undefined }): ReactElement {
  const about = oneOf(ABOUTS, named);
  // What was chosen stays when another question is asked.
  if (about === null) return <Redirect to={`/p/${encodeURIComponent(project)}/usage/cost${window.location.search}`} replace />;
  return <Usages project={project} about={about} />;
}

/** The time now, at every reading: the bins of a range that slides slide with it. */
function useReading(range: Range): number {
  const [now, setNow] = useState(() => Date.now());
  const live = isLive(range);
  useEffect(() => {
    if (!live) return undefined;
    const timer = window.setInterval(() => setNow(Date.now()), REREAD_MS);
    return () => window.clearInterval(timer);
  }, [live]);
  return now;
}

function Usages({ project, about }: { readonly project: string; readonly about: About }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const filter = useRef<FilterHandle>(null);
  const picker = useRef<RangeHandle>(null);
  const now = useReading(range);
  const q = params.get("q") ?? "";
  const group = oneOf(GROUPS, params.get("group")) ?? "model";
  const chosen = oneOf(INTERVALS, params.get("interval"));
  const interval = chosen ?? intervalFor(range, now);
  const sort = oneOf(COLUMNS, params.get("sort")) ?? SORTS[about];
  const reading = { placeholderData: keepPreviousData, refetchInterval: isLive(range) ? REREAD_MS : false } as const;
  const table = useQuery({ ...usageQuery(project, about, q, range, group, ""), ...reading });
  const chart = useQuery({ ...usageQuery(project, about, q, range, group, interval), ...reading });
  const whole = useQuery({ ...usageQuery(project, about, q, range, "", interval), ...reading, enabled: about === "latency" });

  useKeys("Usage", [
    { keys: "/", label: "Filter", run: () => filter.current?.focus() },
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);

  const problem = filterProblemOf(table.error, q);
  const { data } = table;
  const rows = data && sortItems(data.items, sort);
  const hrefOf = (key: string | null): string | null => {
    const behind = runsBehind(q, group, key);
    if (behind === null) return null;
    const query = new URLSearchParams({ q: behind, from: range.from, ...(isLive(range) ? {} : { to: range.to }) });
    return `/p/${encodeURIComponent(project)}/runs?${query}`;
  };
  return (
    <>
      <PageHead title={<><h1 className="text-lg font-semibold">Usage</h1><Abouts project={project} about={about} /></>}>
        {data && rows && (
          <Button look="plain" title="The table as CSV" onClick={() => download(`${project}-${about}-by-${group}.csv`, "text/csv", csvOf(group, rows, data.total))}>
            <DownloadIcon />CSV
          </Button>
        )}
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
        <RangePicker handle={picker} range={range} onChange={setRange} />
      </PageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <Choice label="Group by" hidden value={group} className="w-32!" onChange={(event) => change({ group: event.target.value }, "push")}>
          {GROUPS.map((name) => <option key={name} value={name}>by {name}</option>)}
        </Choice>
        <Choice label="Interval" hidden value={chosen ?? ""} className="w-36!" onChange={(event) => change({ interval: event.target.value }, "push")}>
          <option value="">auto: {intervalFor(range, now)}</option>
          {INTERVALS.map((name) => <option key={name} value={name}>per {name}</option>)}
        </Choice>
        <FilterBar handle={filter} value={q} problem={problem} placeholder="Filter runs: agent:planner status:error" onChange={(next) => change({ q: next }, "push")} />
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
            <Totals total={data.total} timed={TIMED[group] ?? "runs"} />
            <Chart
              about={about} group={group} interval={interval} range={range} now={now} rows={rows} chart={chart.data} whole={whole.data}
              onZoom={(from, to) => setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })}
            />
            {data.truncated && <p className="text-warn">There are more groups than are shown; the total is of all of them.</p>}
            <UsageTable group={group} items={data.items} total={data.total} sort={sort} hrefOf={hrefOf} onSort={(column) => change({ sort: column === SORTS[about] ? null : column }, "push")} />
          </div>
        </div>
      ))}
    </>
  );
}

function Abouts({ project, about }: { readonly project: string; readonly about: About }): ReactElement {
  const { params } = useUrlState();
  const kept = new URLSearchParams(params);
  // Each question has an order of its own.
  kept.delete("sort");
  const query = kept.size === 0 ? "" : `?${kept}`;
  return (
    <nav aria-label="What about" className="ml-3 flex h-12 gap-1">
      {ABOUTS.map((name) => (
        <Link
          key={name} href={`/p/${encodeURIComponent(project)}/usage/${name}${query}`} aria-current={name === about ? "page" : undefined}
          className="-mb-px flex items-center border-b-2 border-transparent px-1.5 font-medium text-muted capitalize hover:text-fg aria-[current=page]:border-accent aria-[current=page]:text-fg"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

function Totals({ total, timed }: { readonly total: UsageItem; readonly timed: string }): ReactElement {
  const cost = costOf(total.cost, total.tokens);
  const share = unpricedShare(total);
  return (
    <dl className="flex flex-wrap gap-x-10 gap-y-3">
      <Total label="Cost" note={cost.isUnpriced || !share ? undefined : `${percent(share)} of the tokens unpriced`} title={cost.why}>{cost.text}</Total>
      <Total label="Tokens in / out">{formatCount(total.tokens.input)} / {formatCount(total.tokens.output)}</Total>
      <Total label="Runs">{formatWhole(total.runs)}</Total>
      <Total label="Steps">{formatWhole(total.spans)}</Total>
      <Total label="Failed steps">{total.errors === 0 ? "0" : percent(total.errors / total.spans)}</Total>
      <Total label={`p95 of ${timed}`} title={total.p95_ms === null ? "Fewer than 100 samples" : undefined} note={total.p95_ms === null ? "fewer than 100" : undefined}>
        {total.p95_ms === null ? NONE : formatDuration(total.p95_ms * 1e6)}
      </Total>
    </dl>
  );
}

function Total({ label, title, note, children }: { readonly label: string; readonly title?: string | undefined; readonly note?: string | undefined; readonly children: ReactNode }): ReactElement {
  return (
    <div title={title}>
      <dt className="text-xs text-muted">{label}</dt>
      <dd><span className="text-xl font-semibold">{children}</span>{note && <span className="pl-2 text-sm text-muted">{note}</span>}</dd>
    </div>
  );
}

function Chart({ about, group, interval, range, now, rows, chart, whole, onZoom }: {
  readonly about: About;
  readonly group: Group;
  readonly interval: Interval;
  readonly range: Range;
  readonly now: number;
  readonly rows: readonly UsageItem[];
  readonly chart: Usage | undefined;
  readonly whole: Usage | undefined;
  readonly onZoom: (from: number, to: number) => void;
}): ReactElement {
  const bins = binsOf(range, interval, now);
  const end = after(bins.at(-1) ?? now, interval);
  const grouped = chart ? seriesOf(chart.items, rows.map(({ key }) => key), bins, about) : [];
  const ofRuns = whole ? percentilesOf(whole.items, bins) : [];
  const series = about === "latency" ? ofRuns : grouped;
  const label = about === "latency" ? `Latency of runs per ${interval}` : `${TITLES[about]} by ${group} per ${interval}`;
  const isDaily = interval === "day" || interval === "week";
  const moment = (at: number): string => (isDaily ? dayOf(at) : minuteOf(at, now));
  const format = (value: number): string =>
    about === "cost" ? formatMoney(String(value)) : about === "activity" ? formatCount(Math.round(value * 100) / 100) : formatDuration(value * 1e6);
  if (!chart || (about === "latency" && !whole)) return <div className="skeleton h-56" aria-busy="true" aria-label="Loading the chart" />;
  return (
    <section aria-label={label} className="grid gap-2">
      <h2 className="font-semibold">{label}</h2>
      {series.length === 0 ? (
        <p className="grid h-24 place-items-center rounded-lg border border-dashed border-line text-muted">
          {about === "latency" ? "Percentiles are told from 100 samples in an interval on; choose a longer one." : about === "cost" ? "Nothing here was priced." : "Nothing here has such a group."}
        </p>
      ) : (
        <TimeChart label={label} series={series} bins={bins} end={end} look={about === "latency" ? "lines" : "bars"} format={format} moment={moment} onZoom={onZoom} />
      )}
    </section>
  );
}
