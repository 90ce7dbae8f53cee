import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { formatShare, formatWhole } from "../../base/format";
import { formatDuration } from "../../base/time";
import { rereading } from "../../data/reading";
import { usageQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import type { UsageItem } from "../../model/api";
import { addTerm, quoteValue } from "../../model/filter";
import { filteredPlace } from "../../model/link";
import type { Range } from "../../model/range";
import { Name } from "../../widgets/name";

const SHOWN = 8;

/** The tools that its runs called, those that fail most first; a click leads to the runs that called one. */
export function AgentTools({ project, own, range }: { readonly project: string; readonly own: string; readonly range: Range }): ReactElement | null {
  const mayUsage = useMay(project, "usage");
  const tools = useQuery({ ...usageQuery(project, "activity", own, range, "tool", ""), placeholderData: keepPreviousData, enabled: mayUsage, ...rereading(range) });
  const items = (tools.data?.items ?? []).filter(({ key }) => key !== null).toSorted((left, right) => right.errors - left.errors || right.spans - left.spans);
  if (items.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <h2 className="text-xs text-muted">Tools</h2>
      <ul className="flex min-w-0 flex-wrap gap-2" aria-label="Tools">
        {items.slice(0, SHOWN).map((item) => <Tool key={item.key} project={project} own={own} range={range} item={item} />)}
      </ul>
      {items.length > SHOWN && <span className="text-sm text-muted">{items.length - SHOWN} more</span>}
    </div>
  );
}

function Tool({ project, own, range, item }: { readonly project: string; readonly own: string; readonly range: Range; readonly item: UsageItem }): ReactElement {
  const share = item.spans === 0 ? 0 : item.errors / item.spans;
  const key = item.key ?? "";
  const calls = `${formatWhole(item.spans)} call${item.spans === 1 ? "" : "s"}${item.p95_ms === null ? "" : `, p95 ${formatDuration(item.p95_ms * 1e6)}`}`;
  return (
    <li>
      <Link
        href={filteredPlace(project, "runs", addTerm(own, `tool:${quoteValue(key)}`), range)} title={calls}
        className="flex h-6 max-w-72 items-center gap-2 rounded-full border border-line px-2.5 text-sm hover:border-control hover:bg-hover"
      >
        <span className="min-w-0 truncate"><Name text={key} /></span>
        <span className={item.errors > 0 ? "text-error" : "text-muted"}>{item.errors > 0 ? `✗ ${formatShare(share)}` : `${formatWhole(item.spans)}×`}</span>
      </Link>
    </li>
  );
}
