import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatShare, formatWhole } from "../../base/format";
import { formatDuration } from "../../base/time";
import { rereading, useReading } from "../../data/reading";
import { usageQuery } from "../../data/reads";
import type { UsageItem } from "../../model/api";
import { costOf } from "../../model/cost";
import { filteredPlace } from "../../model/link";
import type { Range } from "../../model/range";
import { binsOf, changeOf, intervalFor, rangeBefore } from "../../model/usage";
import { Change } from "../../widgets/figures";
import { Spark } from "../../widgets/spark";

const FAILED = "status:error,lost";

const money = (item: UsageItem): number | null => (item.cost.amount === null ? null : Number(item.cost.amount));
const tokens = ({ tokens: { input, output } }: UsageItem): number | null => (input === null && output === null ? null : (input ?? 0) + (output ?? 0));

/** Runs, failures, cost, tokens and latency of the range: how they went, and how they changed. */
export function Tiles({ project, range }: { readonly project: string; readonly range: Range }): ReactElement {
  const now = useReading(range);
  const interval = intervalFor(range, now);
  const before = rangeBefore(range, now);
  const reading = { placeholderData: keepPreviousData, ...rereading(range) };
  const all = useQuery({ ...usageQuery(project, "latency", "", range, "", interval), ...reading });
  const failed = useQuery({ ...usageQuery(project, "activity", FAILED, range, "", interval), ...reading });
  const earlier = useQuery({ ...usageQuery(project, "latency", "", before, "", ""), placeholderData: keepPreviousData });
  const failedEarlier = useQuery({ ...usageQuery(project, "activity", FAILED, before, "", ""), placeholderData: keepPreviousData });
  if (!all.data) return <div className="skeleton h-24" role="status" aria-busy="true" aria-label="Loading the totals" />;
  const { total, items } = all.data;
  const bins = binsOf(range, interval, now);
  const spark = (list: readonly UsageItem[], read: (item: UsageItem) => number | null): (number | null)[] => {
    const at = new Map(list.map((item) => [item.at === null ? Number.NaN : Date.parse(item.at), read(item)]));
    return bins.map((bin) => at.get(bin) ?? null);
  };
  const was = earlier.data?.total;
  const failures = failed.data?.total.runs ?? null;
  const share = failures === null || total.runs === 0 ? null : failures / total.runs;
  const shareWas = was && failedEarlier.data && was.runs > 0 ? failedEarlier.data.total.runs / was.runs : null;
  const cost = costOf(total.cost, total.tokens);
  return (
    <ul className="grid grid-cols-5 gap-3 max-lg:grid-cols-3 max-md:grid-cols-2" aria-label="Totals">
      <Tile label="Runs" href={filteredPlace(project, "runs", "", range)} change={changeOf(total.runs, was?.runs ?? null)} spark={<Spark values={spark(items, (item) => item.runs)} />}>{formatWhole(total.runs)}</Tile>
      <Tile
        label="Failed runs" href={filteredPlace(project, "runs", FAILED, range)} change={changeOf(share, shareWas)} bad="up"
        note={share === null ? undefined : `${formatShare(share)} of runs`} spark={<Spark values={spark(failed.data?.items ?? [], (item) => item.runs)} colour="var(--error)" />}
      >
        {failures === null ? NONE : formatWhole(failures)}
      </Tile>
      <Tile
        label="Cost" title={cost.why} href={filteredPlace(project, "usage/cost", "", range)} change={changeOf(money(total), was ? money(was) : null)}
        note={cost.isPartial ? "some tokens unpriced" : undefined} spark={<Spark values={spark(items, money)} colour="var(--series-3)" />}
      >
        {cost.text}
      </Tile>
      <Tile label="Tokens" href={filteredPlace(project, "usage/activity", "", range)} change={changeOf(tokens(total), was ? tokens(was) : null)} spark={<Spark values={spark(items, tokens)} colour="var(--series-4)" />}>
        {formatCount(tokens(total))}
      </Tile>
      <Tile
        label="p95 of runs" href={filteredPlace(project, "usage/latency", "", range)} change={changeOf(total.p95_ms, was?.p95_ms ?? null)} bad="up"
        note={total.p95_ms === null ? "from 100 runs on" : undefined} spark={<Spark values={spark(items, (item) => item.p95_ms)} colour="var(--series-2)" />}
      >
        {total.p95_ms === null ? NONE : formatDuration(total.p95_ms * 1e6)}
      </Tile>
    </ul>
  );
}

function Tile({ label, title, href, change, bad = "none", note, spark, children }: {
  readonly label: string;
  readonly title?: string | undefined;
  readonly href: string;
  readonly change: number | null;
  readonly bad?: "up" | "none";
  readonly note?: string | undefined;
  readonly spark: ReactElement;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <li title={title} className="relative grid min-w-0 gap-1 rounded-lg border border-line px-3 pt-2 pb-1 hover:border-control">
      <span className="flex items-baseline gap-2 text-xs text-muted">
        <Link href={href} className="after:absolute after:inset-0 after:rounded-lg">{label}</Link>
        <span className="min-w-0 flex-1 truncate text-right">{note}</span>
      </span>
      <span className="flex items-baseline gap-2">
        <span className="text-xl font-semibold">{children}</span>
        <Change of={change} bad={bad} />
      </span>
      {spark}
    </li>
  );
}
