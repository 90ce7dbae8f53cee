import { type ReactElement, type ReactNode, useEffect, useMemo, useRef } from "react";
import { NONE, formatCount, formatMoney } from "../../base/format";
import { formatDuration } from "../../base/time";
import type { Side, StepDiff } from "../../model/api";
import { type Change, changeOf, longestOf } from "../../model/compare";
import { kindOf } from "../../model/kinds";
import { useKeys } from "../../widgets/keys";
import { Name } from "../../widgets/name";
import { type RowProps, Rows, type RowsHandle } from "../../widgets/rows";
import { Empty } from "../../widgets/states";

const ROW_HEIGHT = 28;

const CHANGES: Readonly<Record<Change, readonly [label: string, look: string]>> = {
  missing: ["only in A", "text-warn"], added: ["only in B", "text-accent"], failed: ["failed", "text-error"], mended: ["mended", "text-ok"],
  slower: ["slower", "text-warn"], faster: ["faster", "text-ok"], dearer: ["dearer", "text-warn"], cheaper: ["cheaper", "text-ok"],
  reordered: ["reordered", "text-muted"], changed: ["changed", "text-fg"], same: ["", "text-muted"],
};

/** What the word for a change says already. */
const SAID: Readonly<Record<string, ReadonlySet<string>>> = {
  outcome: new Set(["failed", "mended"]), time: new Set(["slower", "faster"]), cost: new Set(["dearer", "cheaper"]), order: new Set(["reordered"]),
};

interface Placed {
  readonly step: StepDiff;
  readonly at: number;
}

/** The steps of both runs in one list, aligned: what stands in one line is the same step of each. */
export function Steps({ steps, first, all, chosen, onChoose }: {
  readonly steps: readonly StepDiff[];
  /** Where the runs first part; -1 when they do not. */
  readonly first: number;
  readonly all: boolean;
  readonly chosen: number;
  readonly onChoose: (at: number) => void;
}): ReactElement {
  const rows = useMemo(() => steps.map((step, at) => ({ step, at })).filter(({ step, at }) => all || step.change !== "same" || at === chosen), [steps, all, chosen]);
  const longest = useMemo(() => longestOf(steps), [steps]);
  const list = useRef<RowsHandle>(null);
  const row = rows.findIndex(({ at }) => at === chosen);
  useEffect(() => {
    if (row >= 0) list.current?.show(row);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only where it stands at first; the reader scrolls from there
  }, []);
  const move = (to: number): void => {
    const next = rows[Math.max(0, Math.min(to, rows.length - 1))];
    if (!next) return;
    onChoose(next.at);
    list.current?.show(rows.indexOf(next));
  };
  useKeys("Steps", [
    { keys: "j", label: "Next step", run: () => move(row + 1) },
    { keys: "k", label: "Previous step", run: () => move(row - 1) },
    { keys: "ArrowDown", label: "Next step", run: () => move(row + 1) },
    { keys: "ArrowUp", label: "Previous step", run: () => move(row - 1) },
  ]);
  if (rows.length === 0) return <Empty title="The runs took the same steps"><p>Each of them, with the same outcome and in about the same time.</p></Empty>;
  return (
    <Rows
      handle={list} label="Steps" rowHeight={ROW_HEIGHT} count={rows.length} columns={7} header={<Heads />} activeId={row >= 0 ? `step-${chosen}` : undefined}
      render={(index, props) => {
        const placed = rows[index];
        return placed && <Line placed={placed} isFirst={placed.at === first} selected={placed.at === chosen} longest={longest} props={props} onChoose={() => onChoose(placed.at)} />;
      }}
    />
  );
}

function Heads(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="compare-grid h-7 border-b border-line bg-bg text-sm text-muted">
      {["Step", "What changed", "A", "B", "Tokens A", "Tokens B", "Cost A → B"].map((name, index) => <span key={name} role="columnheader" className={index > 3 ? "text-right" : ""}>{name}</span>)}
    </div>
  );
}

function Line({ placed: { step, at }, isFirst, selected, longest, props, onChoose }: {
  readonly placed: Placed;
  readonly isFirst: boolean;
  readonly selected: boolean;
  readonly longest: number;
  readonly props: RowProps;
  readonly onChoose: () => void;
}): ReactElement {
  const { glyph, colour } = kindOf(step.kind);
  const [label, look] = CHANGES[changeOf(step)];
  const others = step.differences.filter((name) => !SAID[name]?.has(label)).join(", ");
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div {...props} id={`step-${at}`} aria-selected={selected} className={`row compare-grid cursor-default border-b border-soft text-sm ${isFirst ? "first-divergence" : ""}`} onClick={onChoose}>
      <span role="gridcell" className="flex min-w-0 items-center gap-1.5" style={{ paddingLeft: Math.min(step.depth, 12) * 14 }}>
        <span aria-hidden="true" style={{ color: `var(${colour})` }}>{glyph}</span>
        <Name text={step.name} className={`truncate text-base ${step.change === "same" ? "text-muted" : ""}`} />
      </span>
      <span role="gridcell" className={`truncate ${look}`}>
        {label}
        {isFirst && <span className="mr-1.5 ml-1.5 rounded-full border border-accent px-1.5 text-xs text-accent">first divergence</span>}
        {others !== "" && <span className="text-muted"> {others}</span>}
      </span>
      <Took side={step.a} longest={longest} />
      <Took side={step.b} longest={longest} />
      <Cell>{tokensOf(step.a)}</Cell>
      <Cell>{tokensOf(step.b)}</Cell>
      <Cell>{costsOf(step)}</Cell>
    </div>
  );
}

function Cell({ children }: { readonly children: ReactNode }): ReactElement {
  return <span role="gridcell" className="truncate text-right text-muted">{children}</span>;
}

/** How long a step took, with a bar that can be compared to every other. */
function Took({ side, longest }: { readonly side: Side | null; readonly longest: number }): ReactElement {
  if (!side) return <span role="gridcell" className="text-muted"><span className="sr-only">not there</span></span>;
  const isBad = side.outcome === "error" || side.outcome === "lost";
  const width = `${Math.min((side.duration_ms ?? 0) / longest, 1) * 45}%`;
  return (
    <span role="gridcell" className="relative flex items-center gap-1.5">
      <span aria-hidden="true" className="h-2.5 shrink-0 rounded-[2px]" style={{ width, minWidth: 2, background: isBad ? "var(--error-fill)" : "var(--control)" }} />
      <span className={`truncate ${isBad ? "text-error" : ""}`}>{isBad && <span aria-hidden="true">✗ </span>}{side.duration_ms === null ? side.outcome : formatDuration(side.duration_ms * 1e6)}</span>
    </span>
  );
}

const tokensOf = (side: Side | null): string => (!side || (side.tokens_input === null && side.tokens_output === null) ? "" : `${formatCount(side.tokens_input)} / ${formatCount(side.tokens_output)}`);

function costsOf({ a, b }: StepDiff): string {
  if (!a?.cost && !b?.cost) return "";
  return `${a?.cost ? formatMoney(a.cost) : NONE} → ${b?.cost ? formatMoney(b.cost) : NONE}`;
}
