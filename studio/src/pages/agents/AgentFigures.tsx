import type { ReactElement } from "react";
import { NONE, formatCount, formatMoney, formatShare, formatWhole } from "../../base/format";
import { formatDuration } from "../../base/time";
import { netOf } from "../../model/agents";
import type { Activity, RevenueItem } from "../../model/api";
import { costOf } from "../../model/cost";
import { addTerm } from "../../model/filter";
import { filteredPlace } from "../../model/link";
import type { Range } from "../../model/range";
import { Figure, Figures } from "../../widgets/figures";

const duration = (ms: number | null): string => (ms === null ? NONE : formatDuration(ms * 1e6));

/** What the runs of a time came to: how many, how long, how they ended, what they cost and earned. */
export function AgentFigures({ project, range, own, activity, earned, isLoading }: {
  readonly project: string;
  readonly range: Range;
  /** The filter of its runs. */
  readonly own: string;
  readonly activity: Activity | null;
  readonly earned: RevenueItem | undefined;
  readonly isLoading: boolean;
}): ReactElement {
  if (isLoading) return <div className="skeleton h-12" role="status" aria-busy="true" aria-label="Loading the figures" />;
  if (activity === null) return <p className="text-muted">It had no run in this time.</p>;
  const { runs, running, errors, median, p95_ms, tokens } = activity;
  const cost = costOf(activity.cost, tokens);
  const net = netOf(earned);
  return (
    <Figures>
      <Figure label="Runs" note={running > 0 ? `${running} running` : undefined}>{formatWhole(runs)}</Figure>
      <Figure label="Failed" href={filteredPlace(project, "runs", addTerm(own, "status:error,lost"), range)} note={errors > 0 ? formatShare(errors / runs) : undefined}>
        <span className={errors > 0 ? "text-error" : ""}>{formatWhole(errors)}</span>
      </Figure>
      <Figure label="Duration, median" note={`p95 ${duration(p95_ms)}`}>{duration(median.duration_ms)}</Figure>
      <Figure label="Tokens a run, median" note={`${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out in all`}>{median.tokens === null ? NONE : formatCount(Math.round(median.tokens))}</Figure>
      <Figure label="Cost" title={cost.why} note={median.cost === null ? undefined : `${formatMoney(median.cost)} a run, median`}>{cost.text}</Figure>
      {earned && earned.revenue.length > 0 && (
        <Figure label="Margin" title={earned.margin_note ?? "net revenue − cost"} note={net === null ? "no revenue in dollars" : `${formatMoney(net)} net revenue`}>
          <span className={Number(earned.margin) < 0 ? "text-error" : ""}>{formatMoney(earned.margin)}</span>
        </Figure>
      )}
    </Figures>
  );
}
