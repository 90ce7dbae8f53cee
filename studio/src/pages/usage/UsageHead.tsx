import { type ReactElement, type ReactNode, useRef } from "react";
import { Link } from "wouter";
import { useRange, useUrlState } from "../../data/hooks";
import { useMay } from "../../data/session";
import { frozenLink, placeOf } from "../../model/link";
import type { Range } from "../../model/range";
import { ABOUTS, INTERVALS, type Interval, intervalFor, oneOf } from "../../model/usage";
import { Choice } from "../../widgets/form";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { RangePicker, type RangeHandle } from "../../widgets/range-picker";

export const TABS = [...ABOUTS, "revenue"] as const;
export type Tab = (typeof TABS)[number];

/** The head of the page: its tabs, the range, and what the tab adds. */
export function UsageHead({ project, tab, range, setRange, children }: {
  readonly project: string;
  readonly tab: Tab;
  readonly range: Range;
  readonly setRange: (range: Range) => void;
  readonly children?: ReactNode;
}): ReactElement {
  const picker = useRef<RangeHandle>(null);
  useKeys("Usage", [
    { keys: "t", label: "Time range", run: () => picker.current?.open() },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now())) },
  ]);
  return (
    <PageHead title={<><h1 className="text-lg font-semibold">Usage</h1><Tabs project={project} tab={tab} /></>}>
      {children}
      <CopyLink link={() => frozenLink(location.href, Date.now())} />
      <RangePicker handle={picker} range={range} onChange={setRange} />
    </PageHead>
  );
}

function Tabs({ project, tab }: { readonly project: string; readonly tab: Tab }): ReactElement {
  const { params } = useUrlState();
  const mayBill = useMay(project, "bill");
  const kept = new URLSearchParams(params);
  // Each question has an order of its own.
  kept.delete("sort");
  const query = kept.size === 0 ? "" : `?${kept}`;
  return (
    <nav aria-label="What about" className="ml-3 flex h-12 gap-1">
      {TABS.filter((name) => name !== "revenue" || mayBill).map((name) => (
        <Link
          key={name} href={`${placeOf(project, `usage/${name}`)}${query}`} aria-current={name === tab ? "page" : undefined}
          className="-mb-px flex items-center border-b-2 border-transparent px-1.5 font-medium text-muted capitalize hover:text-fg aria-[current=page]:border-accent aria-[current=page]:text-fg"
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

/** Whether the period before is shown, as the address says. */
export function useCompared(): { readonly compared: boolean; readonly control: ReactElement } {
  const { params, change } = useUrlState();
  const compared = params.get("compare") === "1";
  const control = (
    <label className="flex h-8 shrink-0 items-center gap-1.5 whitespace-nowrap text-muted" title="The period before, of the same length">
      <input type="checkbox" checked={compared} onChange={(event) => change({ compare: event.target.checked ? "1" : null }, "push")} />
      compare with before
    </label>
  );
  return { compared, control };
}

/** The interval of the address, and the control that sets it. */
export function useInterval(now: number): { readonly interval: Interval; readonly control: ReactElement } {
  const { params, change } = useUrlState();
  const { range } = useRange();
  const chosen = oneOf(INTERVALS, params.get("interval"));
  const control = (
    <Choice label="Interval" hidden value={chosen ?? ""} className="w-36!" onChange={(event) => change({ interval: event.target.value }, "push")}>
      <option value="">auto: {intervalFor(range, now)}</option>
      {INTERVALS.map((name) => <option key={name} value={name}>per {name}</option>)}
    </Choice>
  );
  return { interval: chosen ?? intervalFor(range, now), control };
}
