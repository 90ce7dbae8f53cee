import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatMoney, formatShare, formatWhole } from "../../base/format";
import type { Revenue, RevenueItem, RevenueReport } from "../../model/api";
import { costOf } from "../../model/cost";
import { filteredPlace } from "../../model/link";
import type { Range } from "../../model/range";
import { type RevenueGroup, marginShare, runsOf } from "../../model/revenue";
import { runHref } from "../../model/runs";
import { Name } from "../../widgets/name";

const HEADS: readonly (readonly [string, string])[] = [
  ["Gross", "What was charged"], ["Refunds", "What went back"], ["Fees", "What others kept"], ["Adjustments", "What was put right afterwards"],
  ["Net", "gross − refunds − fees + adjustments"], ["Runs", "Runs that began in this time"], ["Cost", "What those runs cost, in US dollars"],
  ["Margin", "Net less cost, where all of the revenue is in US dollars"], ["Of net", "The margin as a share of the net"],
];

/** The groups with their total, a row for each currency; cost and margin stand in the first of them. */
export function RevenueTable({ project, group, range, report }: {
  readonly project: string;
  readonly group: RevenueGroup;
  readonly range: Range;
  readonly report: RevenueReport;
}): ReactElement {
  const hrefOf = (key: string | null): string | null => {
    if (group === "run" && key !== null) return runHref(project, key);
    const q = runsOf(group, key);
    return q === null ? null : filteredPlace(project, "runs", q, range);
  };
  return (
    <div className="overflow-x-auto rounded-lg border border-line">
      <table className="table" aria-label={`Revenue by ${group}`}>
        <thead className="bg-surface">
          <tr>
            <th scope="col" className="capitalize">{group}</th>
            {HEADS.map(([label, hint]) => <th key={label} scope="col" className="number" title={hint}>{label}</th>)}
          </tr>
        </thead>
        <tbody>
          {report.items.map((item) => <Lines key={item.key ?? "\0"} item={item} name={<GroupName of={item.key} group={group} href={hrefOf(item.key)} />} />)}
        </tbody>
        <tfoot className="border-t border-line bg-surface font-semibold">
          <Lines item={report.total} name="All together" />
        </tfoot>
      </table>
    </div>
  );
}

function GroupName({ of, group, href }: { readonly of: string | null; readonly group: RevenueGroup; readonly href: string | null }): ReactElement {
  if (of === null) return <span className="text-muted italic" title="Events and runs that name none">no {group}</span>;
  const name = <Name text={of} className={group === "run" ? "font-mono text-sm" : ""} />;
  // The link covers the row: a click anywhere leads to its runs.
  return href === null ? name : <Link href={href} className="after:absolute after:inset-0">{name}</Link>;
}

const NO_MONEY: readonly (Revenue | null)[] = [null];

function Lines({ item, name }: { readonly item: RevenueItem; readonly name: ReactElement | string }): ReactElement {
  const lines = item.revenue.length === 0 ? NO_MONEY : item.revenue;
  return (
    <>
      {lines.map((sums, at) => (
        <tr key={sums?.currency ?? ""} className="relative">
          <th scope="row" className="max-w-80 truncate text-base! font-medium! text-fg!">{at === 0 ? name : <span className="sr-only">{item.key}</span>}</th>
          <Money sums={sums} />
          {at === 0 ? <Cost item={item} /> : <td colSpan={4} className="text-muted">in {sums?.currency}: no cost beside it</td>}
        </tr>
      ))}
    </>
  );
}

function Money({ sums }: { readonly sums: Revenue | null }): ReactElement {
  if (sums === null) return <td colSpan={5} className="number text-muted">nothing billed</td>;
  const { currency, unverified } = sums;
  const show = (amount: string): string => (Number(amount) === 0 ? NONE : formatMoney(amount, currency));
  const note = unverified === 0 ? undefined : `${formatWhole(unverified)} more, printed as plain text, could be forged and are in no sum`;
  return (
    <>
      <td className="number" title={sums.gross}>{show(sums.gross)}</td>
      <td className="number" title={sums.refunds}>{show(sums.refunds)}</td>
      <td className="number" title={sums.fees}>{show(sums.fees)}</td>
      <td className="number" title={sums.adjustments}>{show(sums.adjustments)}</td>
      <td className="number" title={note ?? sums.net}>{formatMoney(sums.net, currency)}{note && <span className="pl-1 text-warn">+{unverified} unverified</span>}</td>
    </>
  );
}

function Cost({ item }: { readonly item: RevenueItem }): ReactElement {
  const cost = costOf(item.cost);
  const share = marginShare(item);
  const isLoss = Number(item.margin) < 0;
  return (
    <>
      <td className="number">{formatWhole(item.runs)}</td>
      <td className={`number ${cost.isUnpriced ? "text-warn" : ""}`} title={cost.why}>{cost.text}</td>
      <td className={`number ${isLoss ? "text-error" : ""}`} title={item.margin_note ?? item.margin ?? undefined}>
        {formatMoney(item.margin)}{item.margin_note && <span className="pl-1 text-warn" role="img" aria-label={item.margin_note}>!</span>}
      </td>
      <td className={`number ${isLoss ? "text-error" : "text-muted"}`}>{share === null ? NONE : share < 0 ? `-${formatShare(-share)}` : formatShare(share)}</td>
    </>
  );
}
