import type { ReactElement } from "react";
import { Link } from "wouter";
import { formatBytes, formatWhole } from "../../base/format";
import type { LedgerSnapshot, Refusal } from "../../model/api";
import { csvText } from "../../model/csv";
import { type ReasonCount, adviceFor, reasonsOf } from "../../model/health";
import { placeOf } from "../../model/link";
import { CsvButton } from "../../widgets/csv-button";
import { Moment, Section, Table } from "../../widgets/table";

/** What was not taken: by reason, with what its sender can do, and the last of those requests. */
export function Refusals({ ledger, project }: { readonly ledger: LedgerSnapshot; readonly project: string }): ReactElement {
  const requests = reasonsOf(ledger, "refused");
  const items = [...reasonsOf(ledger, "rejected"), ...reasonsOf(ledger, "dropped"), ...reasonsOf(ledger, "parked")];
  if (requests.length + items.length === 0) {
    return <Section title="Not taken"><p className="text-ok">✓ Every request since the server started was taken, whole.</p></Section>;
  }
  return (
    <Section title="Not taken" note="Refused requests are in none of the sums above: nobody knows what was in them. Of rejected items the rest of their request was stored.">
      <Table label="Reasons" columns={["How often", "What", "Signal", "Why", "What to do"]}>
        {requests.map((line) => <Reason key={`request ${line.signal} ${line.reason}`} project={project} line={line} what="request refused" />)}
        {items.map((line) => <Reason key={`item ${line.signal} ${line.reason}`} project={project} line={line} what="item not stored" />)}
      </Table>
      {ledger.refusals.length > 0 && <Newest refusals={ledger.refusals} />}
    </Section>
  );
}

function Reason({ project, line: { reason, count, signal }, what }: { readonly project: string; readonly line: ReasonCount; readonly what: string }): ReactElement {
  const { says, help } = adviceFor(reason);
  const isOfKeys = reason === "unauthenticated" || reason === "forbidden";
  return (
    <tr>
      <td className="number w-24 font-semibold text-error">{formatWhole(count)}</td>
      <td className="whitespace-nowrap">{what}</td>
      <td>{signal}</td>
      <td><span className="font-medium">{says}</span> <code className="font-mono text-xs text-muted">{reason}</code></td>
      <td className="text-muted">{help} {isOfKeys && <Link href={placeOf(project, "settings/keys")} className="text-accent underline">Keys</Link>}</td>
    </tr>
  );
}

function Newest({ refusals }: { readonly refusals: readonly Refusal[] }): ReactElement {
  const text = (): string => csvText(["time", "signal", "reason", "status", "bytes"], refusals.map(({ time, signal, reason, status, bytes }) => [time, signal, reason, status, bytes]));
  return (
    <details className="grid gap-2">
      <summary className="flex min-h-6 cursor-pointer items-center gap-2 font-medium">▸ The last {refusals.length} refused requests<span className="flex-1" /><CsvButton name="refused-requests" text={text} /></summary>
      <Table label="The last refused requests" columns={["When", "Signal", "Status", "Reason", "Size"]}>
        {refusals.map(({ time, signal, reason, status, bytes }, at) => (
          <tr key={`${time} ${at}`}>
            <td><Moment at={time} /></td>
            <td>{signal ?? "none named"}</td>
            <td className="font-mono text-sm">{status}</td>
            <td>{adviceFor(reason).says}</td>
            <td className="text-muted">{formatBytes(bytes)}</td>
          </tr>
        ))}
      </Table>
    </details>
  );
}
