import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatMoney, formatShare, formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import { type AgentColumn, type AgentRow, failedShare, netOf } from "../../model/agents";
import type { Activity } from "../../model/api";
import { costOf } from "../../model/cost";
import { filteredPlace } from "../../model/link";
import type { Range } from "../../model/range";
import { Name } from "../../widgets/name";
import { Moment } from "../../widgets/table";

const HEADS: readonly { readonly column: AgentColumn; readonly label: string; readonly hint: string; readonly ofMoney?: boolean }[] = [
  { column: "runs", label: "Runs", hint: "Runs that began in this time" },
  { column: "failed", label: "Failed", hint: "Share of the runs that failed or were lost" },
  { column: "p50", label: "p50", hint: "Half of the runs took no longer" },
  { column: "p95", label: "p95", hint: "19 of 20 runs took no longer" },
  { column: "tokens", label: "Tokens a run", hint: "The median of tokens in and out" },
  { column: "perRun", label: "Cost a run", hint: "The median of what a run cost" },
  { column: "cost", label: "Cost", hint: "All runs together" },
  { column: "net", label: "Net revenue", hint: "In US dollars", ofMoney: true },
  { column: "margin", label: "Margin", hint: "Net revenue less cost", ofMoney: true },
  { column: "seen", label: "Last heard of", hint: "Ever, not in this time alone" },
];

/** Where an agent's page is; its name keeps its slashes. */
export const agentPlace = (project: string, agent: string, range: Range): string =>
  filteredPlace(project, `agents/${agent.split("/").map(encodeURIComponent).join("/")}`, "", range);

export function AgentTable({ project, rows, range, sort, mayBill, onSort }: {
  readonly project: string;
  readonly rows: readonly AgentRow[];
  readonly range: Range;
  readonly sort: AgentColumn;
  readonly mayBill: boolean;
  readonly onSort: (column: AgentColumn) => void;
}): ReactElement {
  return (
    <div className="overflow-x-auto rounded-lg border border-line">
      <table className="table" aria-label="Agents">
        <thead className="bg-surface">
          <tr>
            <th scope="col">Agent</th>
            {HEADS.filter(({ ofMoney }) => mayBill || !ofMoney).map(({ column, label, hint }) => (
              <th key={column} scope="col" className="number" aria-sort={column === sort ? "descending" : undefined}>
                <button type="button" title={hint} className={`min-h-6 hover:text-fg ${column === sort ? "font-semibold text-fg" : ""}`} onClick={() => onSort(column)}>
                  {label}{column === sort && <span aria-hidden="true"> ↓</span>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.agent.name} className="relative">
              <th scope="row" className="max-w-80 truncate text-base! font-medium! text-fg!">
                <Link href={agentPlace(project, row.agent.name, range)} className="after:absolute after:inset-0"><Name text={row.agent.name} /></Link>
                {row.agent.activity !== null && row.agent.activity.running > 0 && <span className="pl-2 text-sm font-normal text-running">◐ {row.agent.activity.running} running</span>}
              </th>
              <Numbers row={row} mayBill={mayBill} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Numbers({ row, mayBill }: { readonly row: AgentRow; readonly mayBill: boolean }): ReactElement {
  const { agent, earned } = row;
  const money = mayBill && <Earned row={row} />;
  if (agent.activity === null) {
    return (
      <>
        <td className="number text-muted" colSpan={7}>no run in this time</td>
        {earned === undefined && mayBill ? <td className="number text-muted" colSpan={2}>{NONE}</td> : money}
        <td className="number"><Moment at={agent.last_seen_at} /></td>
      </>
    );
  }
  return (
    <>
      <td className="number">{formatWhole(agent.activity.runs)}</td>
      <Failed share={failedShare(agent)} errors={agent.activity.errors} />
      <Sums activity={agent.activity} />
      {money}
      <td className="number"><Moment at={agent.last_seen_at} /></td>
    </>
  );
}

function Failed({ share, errors }: { readonly share: number | null; readonly errors: number }): ReactElement {
  return <td className={`number ${errors > 0 ? "text-error" : "text-muted"}`} title={plural(errors, "run")}>{share === null ? NONE : formatShare(share)}</td>;
}

function Sums({ activity }: { readonly activity: Activity }): ReactElement {
  const { median, p95_ms } = activity;
  const cost = costOf(activity.cost, activity.tokens);
  return (
    <>
      <td className="number">{median.duration_ms === null ? NONE : formatDuration(median.duration_ms * 1e6)}</td>
      <td className="number">{p95_ms === null ? NONE : formatDuration(p95_ms * 1e6)}</td>
      <td className="number">{median.tokens === null ? NONE : formatCount(Math.round(median.tokens))}</td>
      <td className="number">{formatMoney(median.cost)}</td>
      <td className={`number ${cost.isUnpriced ? "text-warn" : ""}`} title={cost.why}>{cost.text}{cost.isPartial && <span className="pl-1 text-warn" aria-hidden="true">!</span>}</td>
    </>
  );
}

function Earned({ row: { earned } }: { readonly row: AgentRow }): ReactElement {
  const net = netOf(earned);
  const margin = earned?.revenue.length ? earned.margin : null;
  return (
    <>
      <td className="number">{formatMoney(net)}</td>
      <td className={`number ${Number(margin) < 0 ? "text-error" : ""}`} title={earned?.margin_note ?? undefined}>{formatMoney(margin)}</td>
    </>
  );
}
