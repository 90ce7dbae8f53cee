import type { ReactElement } from "react";
import { NONE, formatCount, formatMoney, formatWhole } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { RunDiff } from "../../model/api";
import { type Delta, deltasOf, shareText } from "../../model/compare";

/** A tenth more or less is no news: two runs never take the same. */
const NEWS = 0.1;

function shownAs(value: number | null, unit: Delta["unit"]): string {
  if (value === null) return NONE;
  switch (unit) {
    case "ms":
      return formatDuration(value * 1e6);
    case "usd":
      return formatMoney(String(value));
    case "tokens":
      return formatCount(value);
    case "count":
      return formatWhole(value);
  }
}

/** What the runs came to, A then B, and by how much B differs. More is coloured as a loss, less as a gain. */
export function Deltas({ diff }: { readonly diff: RunDiff }): ReactElement {
  return (
    <dl className="flex shrink-0 flex-wrap gap-x-10 gap-y-1 px-4 py-2.5">
      {deltasOf(diff).filter(({ a, b }) => a !== null || b !== null).map((delta) => (
        <div key={delta.label}>
          <dt className="text-xs text-muted">{delta.label}</dt>
          <dd className="whitespace-nowrap">
            <span className="text-muted">{shownAs(delta.a, delta.unit)}</span>
            <span className="px-1 text-muted" aria-label="to">→</span>
            <span className={`font-medium ${delta.label === "Errors" && delta.a !== delta.b ? lookOf(delta) : ""}`}>{shownAs(delta.b, delta.unit)}</span>
            {delta.a !== delta.b && <span className={`pl-1.5 text-sm ${lookOf(delta)}`}>{shareText(delta.share)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function lookOf({ label, a, b, share }: Delta): string {
  // More steps are neither good nor bad.
  if (label === "Steps" || (share !== null && Math.abs(share) < NEWS)) return "text-muted";
  return (b ?? 0) > (a ?? 0) ? "text-error" : "text-ok";
}
