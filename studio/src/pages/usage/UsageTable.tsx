import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatShare, formatWhole, plural } from "../../base/format";
import { formatDuration } from "../../base/time";
import { costOf } from "../../model/cost";
import { type Column, type Group, type UsageItem, changeOf, numberOf, sortItems, unpricedShare } from "../../model/usage";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { Change } from "../../widgets/figures";
import { Visible } from "../../widgets/name";

const FIRST_ROWS = 200;
/** More of these is no good news. */
const BAD: ReadonlySet<Column> = new Set(["errors", "p50", "p95", "p99"]);

const HEADS: readonly { readonly label: string; readonly column: Column; readonly hint?: string }[] = [
  { label: "Runs", column: "runs", hint: "Runs with a part in it" },
  { label: "Steps", column: "spans" },
  { label: "Errors", column: "errors", hint: "Share of the steps that failed" },
  { label: "Tokens in", column: "input" },
  { label: "Tokens out", column: "output" },
  { label: "Cached", column: "cached", hint: "Input tokens that were read from a cache" },
  { label: "Cost", column: "cost" },
  { label: "Unpriced", column: "unpriced", hint: "Share of the tokens that no price is known for" },
  { label: "p50", column: "p50" },
  { label: "p95", column: "p95" },
  { label: "p99", column: "p99" },
];

/** The groups with their total. A row leads to the runs behind it. */
export function UsageTable({ group, items, before, total, sort, onSort, hrefOf }: {
  readonly group: Group;
  readonly items: readonly UsageItem[];
  /** The groups of the period before, to compare the sorted column with. */
  readonly before?: readonly UsageItem[] | undefined;
  readonly total: UsageItem;
  readonly sort: Column;
  readonly onSort: (column: Column) => void;
  readonly hrefOf: (key: string | null) => string | null;
}): ReactElement {
  const [whole, setWhole] = useState(false);
  const sorted = sortItems(items, sort);
  const shown = whole ? sorted : sorted.slice(0, FIRST_ROWS);
  const earlier = new Map(before?.map((item) => [item.key, numberOf(item, sort)]));
  const sortedBy = HEADS.find(({ column }) => column === sort)?.label ?? sort;
  return (
    <div className="grid gap-2">
      <div className="overflow-x-auto rounded-lg border border-line">
        <table className="table" aria-label={`Usage by ${group}`}>
          <thead className="bg-surface">
            <tr>
              <th scope="col" className="capitalize">{group}</th>
              {HEADS.map(({ label, column, hint }) => (
                <th key={column} scope="col" className="number" aria-sort={column === sort ? "descending" : undefined}>
                  <button type="button" title={hint} className={`min-h-6 hover:text-fg ${column === sort ? "font-semibold text-fg" : ""}`} onClick={() => onSort(column)}>
                    {label}{column === sort && <span aria-hidden="true"> ↓</span>}
                  </button>
                </th>
              ))}
              {before && <th scope="col" className="number">{sortedBy} before</th>}
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => (
              <tr key={item.key ?? "\0"} className="relative">
                <th scope="row" className="max-w-80 truncate text-base! font-medium! text-fg!" title={item.key === null ? undefined : plainOf(item.key)}><Name of={item.key} group={group} href={hrefOf(item.key)} /></th>
                <Numbers item={item} />
                {before && <td className="number"><Change of={changeOf(numberOf(item, sort), earlier.get(item.key) ?? null)} bad={BAD.has(sort) ? "up" : "none"} /></td>}
              </tr>
            ))}
          </tbody>
          <tfoot className="border-t border-line bg-surface font-semibold">
            <tr><th scope="row" className="font-semibold! text-fg!">All runs</th><Numbers item={total} />{before && <td className="number text-muted">{NONE}</td>}</tr>
          </tfoot>
        </table>
      </div>
      {shown.length < sorted.length && <div><Button onClick={() => setWhole(true)}>Show all {plural(sorted.length, "row")}</Button></div>}
    </div>
  );
}

function Name({ of, group, href }: { readonly of: string | null; readonly group: Group; readonly href: string | null }): ReactElement {
  const text = of === null ? <span className="text-muted italic">no {group}</span> : <Visible line text={of} />;
  if (href === null) return <>{text}</>;
  // The link covers the row: a click anywhere leads to its runs.
  return <Link href={href} title={`Runs with this ${group}`} className="after:absolute after:inset-0">{text}</Link>;
}

function Numbers({ item }: { readonly item: UsageItem }): ReactElement {
  const cost = costOf(item.cost, item.tokens);
  const share = unpricedShare(item);
  const errors = item.spans === 0 ? 0 : item.errors / item.spans;
  return (
    <>
      <td className="number">{formatWhole(item.runs)}</td>
      <td className="number">{formatWhole(item.spans)}</td>
      <td className={`number ${item.errors > 0 ? "text-error" : "text-muted"}`} title={plural(item.errors, "failed step")}>{item.errors === 0 ? "0" : formatShare(errors)}</td>
      <td className="number">{formatCount(item.tokens.input)}</td>
      <td className="number">{formatCount(item.tokens.output)}</td>
      <td className="number">{formatCount(item.tokens.cache_read)}</td>
      <td className={`number ${cost.isUnpriced ? "text-warn" : ""}`} title={cost.why}>{cost.text}</td>
      <td className={`number ${share ? "text-warn" : "text-muted"}`} title={plural(item.cost.unpriced_tokens ?? 0, "token")}>{share === null ? NONE : formatShare(share)}</td>
      <Latency ms={item.p50_ms} />
      <Latency ms={item.p95_ms} />
      <Latency ms={item.p99_ms} />
    </>
  );
}

function Latency({ ms }: { readonly ms: number | null }): ReactElement {
  if (ms === null) return <td className="number text-muted" title="Fewer than 100 samples">{NONE}</td>;
  return <td className="number">{formatDuration(ms * 1e6)}</td>;
}
