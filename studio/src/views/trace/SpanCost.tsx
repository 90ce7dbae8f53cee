import type { ReactElement } from "react";
import { formatMoney, formatWhole } from "../../base/format";
import type { Span, SpanCost as Cost } from "../../model/api";

/** How a span's cost is made up: tokens, prices, whose prices they are; or why there is none. */
export function SpanCost({ span, cost }: { readonly span: Span; readonly cost: Cost }): ReactElement {
  return (
    <div className="grid gap-4">
      {cost.amount === null ? (
        <p><strong className="font-semibold text-warn">Unpriced.</strong> {cost.unpriced?.replaceAll("_", " ") ?? "There was nothing to price."}</p>
      ) : (
        <p className="text-xl font-semibold">{formatMoney(cost.amount, cost.currency)} <span className="text-sm font-normal text-muted">{cost.amount} {cost.currency}</span></p>
      )}
      {cost.terms.length > 0 && (
        <div className="overflow-hidden rounded-md border border-line">
          <table className="table" aria-label="Arithmetic of the cost">
            <thead className="bg-surface"><tr><th scope="col">Part</th><th scope="col" className="number">Amount</th></tr></thead>
            <tbody>
              {cost.terms.map((term, index) => (
                <tr key={index}><td>{term.text.replace(" x ", " × ")}</td><td className="number font-mono text-sm">${term.amount}</td></tr>
              ))}
              <tr className="font-semibold"><td>Sum</td><td className="number font-mono text-sm">${cost.amount}</td></tr>
            </tbody>
          </table>
        </div>
      )}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {cost.price && <>
          <dt className="text-muted">Price of</dt><dd>{[cost.price.provider, cost.price.model].filter(Boolean).join(" / ")}</dd>
          <dt className="text-muted">From</dt><dd>{[cost.price.source, cost.price.version].filter(Boolean).join(" ")}</dd>
        </>}
        {cost.source === "reported" && <><dt className="text-muted">From</dt><dd>the instrumentation itself</dd></>}
        {cost.reported !== null && <><dt className="text-muted">Reported</dt><dd>{formatMoney(cost.reported, cost.reported_currency ?? "USD")}</dd></>}
        {Object.entries(span.tokens).map(([kind, count]) => count !== null && [
          <dt key={`${kind}-name`} className="text-muted">Tokens, {kind.replaceAll("_", " ")}</dt>, <dd key={kind}>{formatWhole(count)}</dd>,
        ])}
      </dl>
    </div>
  );
}
