import type { ReactElement } from "react";
import { plural } from "../base/format";
import type { Standing } from "../model/api";
import { amountOf, isNear, periodOf, usedShare, whoseBudget } from "../model/budgets";
import { Name } from "./name";

/** How far a budget is used, as a bar and in words. */
export function BudgetBar({ standing }: { readonly standing: Standing }): ReactElement {
  const share = usedShare(standing);
  const [text, fill] = standing.exceeded ? ["text-error", "bg-error-fill"] : isNear(standing) ? ["text-warn", "bg-warn"] : ["text-muted", "bg-accent"];
  const percent = `${Math.round(share * 100)}%`;
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline gap-2">
        <span className="min-w-0 truncate font-medium"><Name text={standing.name} /></span>
        <span className="min-w-0 flex-1 truncate text-sm text-muted"><Name text={whoseBudget(standing)} /></span>
        <span className={`text-sm font-medium ${text}`}>{standing.exceeded ? `passed, ${percent}` : percent}</span>
      </div>
      <div className="h-1.5 overflow-hidden rounded-full bg-soft" role="meter" aria-label={`Used of ${standing.name}`} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.min(100, Math.round(share * 100))} aria-valuetext={percent}>
        <div className={`h-full rounded-full ${fill}`} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
      <div className="text-sm text-muted">
        {amountOf(standing.used, standing.unit)} of {amountOf(standing.limit, standing.unit)} {periodOf(standing)}
        {standing.unpriced_tokens > 0 && standing.unit === "usd" && <span className="text-warn"> + {plural(standing.unpriced_tokens, "token")} without a price</span>}
      </div>
    </div>
  );
}
