import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { formatMoney } from "../../../base/format";
import { runBillingQuery } from "../../../data/runs";
import { useMay } from "../../../data/session";
import type { Run } from "../../../model/api";
import { Visible } from "../../../widgets/name";
import { Badge, Moment, Table } from "../../../widgets/table";
import { Panel } from "./Panel";

/** What the run earned, beside what it cost. Nothing where nothing was charged, or where one may not know. */
export function Money({ project, run }: { readonly project: string; readonly run: Run }): ReactElement | null {
  const mayBill = useMay(project, "bill");
  const { data } = useQuery({ ...runBillingQuery(project, run.id), enabled: mayBill });
  if (!data || data.items.length === 0) return null;
  const { revenue, margin, margin_note } = data.total;
  const nets = revenue.map(({ net, currency }) => formatMoney(net, currency)).join(", ");
  return (
    <Panel title="Billing" more={<span className="text-muted" title={margin_note ?? undefined}>net {nets}{margin === null ? "" : `, margin ${formatMoney(margin)}`}</span>}>
      <Table label="Billing events" columns={["When", "What", "Amount"]}>
        {data.items.map((line) => (
          <tr key={line.id}>
            <td><Moment at={line.occurred_at} /></td>
            <th scope="row" className="font-normal text-fg!">{line.kind}{line.description && <> · <Visible line text={line.description} /></>} {!line.verified && <Badge look="warn">unverified</Badge>}</th>
            <td className="number">{formatMoney(line.amount, line.currency)}</td>
          </tr>
        ))}
      </Table>
      {data.truncated && <p className="text-sm text-warn">There are more; these are the first.</p>}
    </Panel>
  );
}
