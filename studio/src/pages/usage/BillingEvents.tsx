import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatMoney } from "../../base/format";
import { failureOf } from "../../data/failure";
import { billingQuery } from "../../data/usage";
import type { BillingLine } from "../../model/api";
import type { Range } from "../../model/range";
import { billingCsv } from "../../model/revenue";
import { runHref } from "../../model/runs";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { Listed } from "../../widgets/listed";
import { Name, Visible } from "../../widgets/name";
import { Badge, Moment, Table } from "../../widgets/table";

/** What takes money away from what was earned. */
const AWAY: ReadonlySet<string> = new Set(["refund", "fee", "payout"]);

/** The billing events of the range, the latest first, page by page. */
export function BillingEvents({ project, range }: { readonly project: string; readonly range: Range }): ReactElement {
  const events = useInfiniteQuery(billingQuery(project, range));
  const lines = events.data?.pages.flatMap(({ items }) => items);
  return (
    <section aria-label="Billing events" className="grid gap-2">
      <div className="flex items-center gap-2">
        <h2 className="font-semibold">Billing events</h2>
        <span className="flex-1 text-muted">each counts once by its id, when it occurred</span>
        {lines && lines.length > 0 && <CsvButton name={`${project}-billing-events`} text={() => billingCsv(lines)} label={events.hasNextPage ? "CSV of those shown" : "CSV"} />}
      </div>
      <Listed data={lines} failure={events.error && failureOf("The billing events could not be read", events.error)} onRetry={() => void events.refetch()}>
        {(items) => items.length === 0 ? <p className="text-muted">None occurred in this time range.</p> : (
          <Table label="Billing events" columns={["When", "Kind", "Amount", "Customer", "Agent", "Run", "What for"]}>
            {items.map((line) => <Line key={line.id} project={project} line={line} />)}
          </Table>
        )}
      </Listed>
      {events.hasNextPage && (
        <div><Button disabled={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>{events.isFetchingNextPage ? "Loading…" : "Load earlier events"}</Button></div>
      )}
    </section>
  );
}

function Line({ project, line }: { readonly project: string; readonly line: BillingLine }): ReactElement {
  const sign = AWAY.has(line.kind) ? "−" : "";
  return (
    <tr title={`id ${plainOf(line.id)}`}>
      <td><Moment at={line.occurred_at} /></td>
      <td><Badge look={line.kind === "charge" ? "ok" : AWAY.has(line.kind) ? "warn" : "plain"}>{line.kind}</Badge></td>
      <td className="number w-28" title={`${line.amount} ${line.currency}`}>{sign}{formatMoney(line.amount, line.currency)}</td>
      <td className="max-w-48 truncate">{line.customer === null ? NONE : <Name text={line.customer} />}</td>
      <td className="max-w-48 truncate">{line.agent === null ? NONE : <Name text={line.agent} />}</td>
      <td className="font-mono text-sm">
        {line.run === null ? NONE : <Link href={runHref(project, line.run)} className="text-accent hover:underline"><Visible line text={line.run.slice(0, 12)} /></Link>}
      </td>
      <td className="max-w-96 truncate text-muted">{line.description === null ? NONE : <Name text={line.description} />}</td>
    </tr>
  );
}
