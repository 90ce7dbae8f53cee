import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useLocation } from "wouter";
import { NONE, formatMoney, formatShare, formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { useRange, useUrlState } from "../../data/hooks";
import { rereading, useReading } from "../../data/reading";
import { revenueQuery } from "../../data/usage";
import type { RevenueItem, RevenueReport } from "../../model/api";
import { costOf } from "../../model/cost";
import { filteredPlace } from "../../model/link";
import { type Range, isLive } from "../../model/range";
import { REVENUE_GROUPS, currenciesOf, inCurrency, marginShare, moneySeries, netByTime, revenueCsv } from "../../model/revenue";
import { type Interval, after, beneath, binsOf, changeOf, oneOf, rangeBefore, rangeOf } from "../../model/usage";
import { Button } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { Figure, Figures } from "../../widgets/figures";
import { Choice } from "../../widgets/form";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { TimeChart } from "../../widgets/time-chart";
import { BillingEvents } from "./BillingEvents";
import { RevenueTable } from "./RevenueTable";
import { momentOfBin } from "./UsageChart";
import { UsageHead, useCompared, useInterval } from "./UsageHead";

/** What was earned beside what it cost: sums, margin over time and by group, and the events themselves. */
export function RevenueTab({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const { range, setRange } = useRange();
  const now = useReading(range);
  const { interval, control: intervals } = useInterval(now);
  const { compared, control: compare } = useCompared();
  const group = oneOf(REVENUE_GROUPS, params.get("group")) ?? "agent";
  const table = useQuery({ ...revenueQuery(project, range, group, ""), placeholderData: keepPreviousData, ...rereading(range) });
  const earlier = useQuery({ ...revenueQuery(project, rangeBefore(range, now), "", ""), placeholderData: keepPreviousData, enabled: compared });
  const { data } = table;
  const isEmpty = data && data.total.revenue.length === 0 && data.total.runs === 0;
  return (
    <>
      <UsageHead project={project} tab="revenue" range={range} setRange={setRange}>
        {data && !isEmpty && <CsvButton name={`${project}-revenue-by-${group}`} text={() => revenueCsv(group, data)} />}
      </UsageHead>
      <div className="flex items-start gap-2 px-4 py-2">
        <Choice label="Group by" hidden value={group} className="w-36!" onChange={(event) => change({ group: event.target.value }, "push")}>
          {REVENUE_GROUPS.map((name) => <option key={name} value={name}>by {name}</option>)}
        </Choice>
        {intervals}
        <span className="flex-1" />
        {compare}
      </div>
      {!data && table.error && <ErrorBox failure={failureOf("Revenue could not be read", table.error)} onRetry={() => void table.refetch()} />}
      {table.isPending && <SkeletonRows count={12} height={36} />}
      {isEmpty && <NothingEarned range={range} setRange={setRange} />}
      {data && !isEmpty && (
        <div className={`min-h-0 flex-1 overflow-auto ${table.isPlaceholderData ? "opacity-60" : ""}`}>
          <div className="grid gap-6 px-4 pt-1 pb-8">
            <Totals report={data} before={compared ? earlier.data?.total : undefined} />
            <MoneyChart project={project} range={range} now={now} interval={interval} report={data} compared={compared} setRange={setRange} />
            <RevenueTable project={project} group={group} range={range} report={data} />
            <BillingEvents project={project} range={range} />
          </div>
        </div>
      )}
    </>
  );
}

function Totals({ report, before }: { readonly report: RevenueReport; readonly before: RevenueItem | undefined }): ReactElement {
  const { total } = report;
  const cost = costOf(total.cost);
  const [first = "USD"] = currenciesOf(report);
  const was = before && inCurrency(before, first);
  const share = marginShare(total);
  const change = (now: string | null | undefined, past: string | null | undefined): number | null =>
    before ? changeOf(now === null || now === undefined ? null : Number(now), past === null || past === undefined ? null : Number(past)) : null;
  return (
    <Figures>
      {currenciesOf(report).map((currency) => {
        const sums = inCurrency(total, currency);
        return (
          <Figure
            key={currency} label={`Net revenue${currency === "USD" ? "" : `, ${currency}`}`} change={currency === first ? change(sums?.net, was?.net) : null} bad="down"
            title="gross − refunds − fees + adjustments"
            note={sums ? `${formatMoney(sums.gross, currency)} gross − ${formatMoney(sums.refunds, currency)} refunds − ${formatMoney(sums.fees, currency)} fees${Number(sums.adjustments) === 0 ? "" : ` + ${formatMoney(sums.adjustments, currency)} adjustments`}` : "nothing was billed"}
          >
            {sums ? formatMoney(sums.net, currency) : NONE}
          </Figure>
        );
      })}
      <Figure label="Cost of runs" title={cost.why} change={change(total.cost.amount, before?.cost.amount)} bad="up" note={`${formatWhole(total.runs)} runs`}>{cost.text}</Figure>
      <Figure label="Margin" title="net revenue − cost" change={change(total.margin, before?.margin)} bad="down" note={total.margin_note ?? (share === null ? undefined : `${formatShare(share)} of net`)}>
        <span className={Number(total.margin) < 0 ? "text-error" : ""}>{formatMoney(total.margin)}</span>
      </Figure>
    </Figures>
  );
}

function MoneyChart({ project, range, now, interval, report, compared, setRange }: {
  readonly project: string;
  readonly range: Range;
  readonly now: number;
  readonly interval: Interval;
  readonly report: RevenueReport;
  readonly compared: boolean;
  readonly setRange: (range: Range) => void;
}): ReactElement {
  const [, navigate] = useLocation();
  const chart = useQuery({ ...revenueQuery(project, range, "", interval), placeholderData: keepPreviousData, ...rereading(range) });
  const earlier = useQuery({ ...revenueQuery(project, rangeBefore(range, now), "", interval), placeholderData: keepPreviousData, enabled: compared });
  const [currency = "USD"] = currenciesOf(report);
  const label = `Revenue, cost and margin per ${interval}${currency === "USD" ? "" : `, ${currency}`}`;
  if (!chart.data) return <div className="skeleton h-56" role="status" aria-busy="true" aria-label="Loading the chart" />;
  const bins = binsOf(range, interval, now);
  const before = compared && earlier.data ? beneath(netByTime(earlier.data.items, currency), range, interval, now, bins, 0) : undefined;
  return (
    <section aria-label={label} className="grid gap-2">
      <h2 className="font-semibold">{label}</h2>
      <TimeChart
        label={label} series={moneySeries(chart.data.items, bins, currency)} previous={before && { ...before, name: "net, period before" }} bins={bins} end={after(bins.at(-1) ?? now, interval)} look="lines"
        format={(value) => formatMoney(String(value), currency)} moment={momentOfBin(interval, now)}
        onZoom={(from, to) => setRange(rangeOf(from, to))} onPick={(from, to) => navigate(filteredPlace(project, "runs", "", rangeOf(from, to)))}
      />
    </section>
  );
}

function NothingEarned({ range, setRange }: { readonly range: Range; readonly setRange: (range: Range) => void }): ReactElement {
  return (
    <Empty title="Nothing was earned in this time range">
      <p>An agent tells of money by one line, a shop or a payment provider by one request:</p>
      <pre className="max-w-full overflow-x-auto rounded-lg border border-line bg-surface p-4 text-left font-mono text-sm text-fg">
        {'fanlight.bill("0.05", currency="USD", kind="charge", id="order-7", customer="c1")\n\n'}
        {`curl -H "Authorization: Bearer $FANLIGHT_KEY" -H "Content-Type: application/json" \\\n  -d '{"id": "order-8", "amount": "0.05", "run": "RUN_ID"}' \\\n  ${new URL("api/v1/projects/PROJECT/billing/events", document.baseURI).href}`}
      </pre>
      {(range.from !== "now-30d" || !isLive(range)) && <Button onClick={() => setRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>}
    </Empty>
  );
}
