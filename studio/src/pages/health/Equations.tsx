import { Fragment, type ReactElement } from "react";
import { formatWhole, plural } from "../../base/format";
import type { LedgerSnapshot, SignalCounts } from "../../model/api";
import { type Term, adviceFor, reasonsOf, termsOf } from "../../model/health";

const NAMES: Readonly<Record<SignalCounts["signal"], string>> = { traces: "Spans", logs: "Log records", metrics: "Metric points" };

/** One line a signal: received = stored + ... */
export function Equations({ ledger }: { readonly ledger: LedgerSnapshot }): ReactElement {
  const mended = reasonsOf(ledger, "mended");
  const uncounted = reasonsOf(ledger, "uncounted");
  return (
    <div className="grid gap-3">
      <ul className="divide-y divide-soft rounded-lg border border-line" aria-label="What became of what was received">
        {ledger.signals.map((counts) => <Equation key={counts.signal} counts={counts} />)}
      </ul>
      {mended.length > 0 && (
        <p className="text-muted">Stored, and mended before: {mended.map(({ reason, count, signal }) => `${formatWhole(count)} ${signal} (${adviceFor(reason).says.toLowerCase()})`).join("; ")}.</p>
      )}
      {ledger.masked.length > 0 && (
        <p className="text-muted">Masked in this project before they were stored: {ledger.masked.map(({ kind, values }) => plural(values, kind)).join(", ")}.</p>
      )}
      {uncounted.length > 0 && (
        <p className="text-warn">Stored, and in no sum of money: {uncounted.map(({ reason, count }) => `${plural(count, "billing event")} (${reason.replaceAll("_", " ")})`).join("; ")}.</p>
      )}
    </div>
  );
}

function Equation({ counts }: { readonly counts: SignalCounts }): ReactElement {
  const terms = termsOf(counts);
  const off = counts.received - terms.reduce((sum, { count }) => sum + count, 0);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <span className="w-28 font-medium">{NAMES[counts.signal]}</span>
      <Part count={counts.received} name="received" look="" says="arrived in requests that were answered" />
      <span className="text-lg text-muted">=</span>
      {terms.map((term, at) => (
        <Fragment key={term.name}>
          {at > 0 && <span className="text-lg text-muted">+</span>}
          <Part count={term.count} name={term.name} look={lookOf(term)} says={term.says} reasons={term.reasons} />
        </Fragment>
      ))}
      <span className="flex-1" />
      <span className={`text-sm ${off === 0 ? "text-ok" : "text-muted"}`}>{off === 0 ? "✓ adds up" : `${formatWhole(Math.abs(off))} being counted`}</span>
    </li>
  );
}

const lookOf = ({ name, isLoss }: Term): string => (isLoss ? "text-error" : name === "stored" ? "text-ok" : "text-muted");

const NO_REASONS: Readonly<Record<string, number>> = {};

function Part({ count, name, look, says, reasons = NO_REASONS }: {
  readonly count: number;
  readonly name: string;
  readonly look: string;
  readonly says: string;
  readonly reasons?: Readonly<Record<string, number>>;
}): ReactElement {
  const why = Object.entries(reasons).map(([reason, times]) => `${formatWhole(times)}: ${adviceFor(reason).says}`).join("\n");
  return (
    <span className="grid justify-items-center" title={`${formatWhole(count)} ${says}${why === "" ? "" : `\n${why}`}`}>
      <span className={`text-xl font-semibold ${look}`}>{formatWhole(count)}</span>
      <span className="text-xs text-muted">{name}</span>
    </span>
  );
}
