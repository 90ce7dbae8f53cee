import { type ReactElement, useMemo, useState } from "react";
import { plural } from "../base/format";
import { type DiffLine, type DiffRow, diffTexts } from "../model/diff";
import { plainOf } from "../model/visible";
import { Visible } from "./name";
import { Rows } from "./rows";
import { Button } from "./button";

const AROUND = 3;
const ROW = 20;

/** A row of the comparison, or so many equal ones that are left out. */
type Shown = DiffRow | { readonly kind: "skipped"; readonly count: number; readonly first: number };

/** Two texts beside each other, with what differs marked; long equal stretches are left out until they are asked for. */
export function TextDiff({ left, right, names }: {
  readonly left: string;
  readonly right: string;
  /** What the two sides are, for their heads. */
  readonly names: readonly [left: string, right: string];
}): ReactElement {
  const diff = useMemo(() => diffTexts(left, right), [left, right]);
  const [whole, setWhole] = useState(false);
  const rows = useMemo(() => (whole ? diff.rows : shortened(diff.rows)), [diff, whole]);
  if (left === right) return <p className="text-muted">Both are the same.</p>;
  const height = Math.min(rows.length * ROW + 32, 480);
  return (
    <figure className="grid gap-1.5">
      <figcaption className="flex items-center gap-3 text-sm text-muted">
        <span className="text-error">−{plural(diff.removed, "line")}</span>
        <span className="text-ok">+{plural(diff.added, "line")}</span>
        {diff.rough && <span className="text-warn">too unlike to be compared line by line</span>}
        {diff.truncated && <span className="text-warn">only the first lines were compared</span>}
        <span className="flex-1" />
        {rows.length !== diff.rows.length || whole ? <Button look="plain" onClick={() => setWhole(!whole)}>{whole ? "Only changes" : "Everything"}</Button> : null}
      </figcaption>
      <div className="flex overflow-hidden rounded-md border border-line" style={{ height }}>
        <Rows
          role="grid" label={`${names[0]} against ${names[1]}`} rowHeight={ROW} count={rows.length} columns={2}
          header={<Heads names={names} />}
          render={(index, props) => {
            const row = rows[index];
            return row && <div {...props} className="row diff-grid font-mono text-sm"><Line row={row} /></div>;
          }}
        />
      </div>
    </figure>
  );
}

function Heads({ names }: { readonly names: readonly [string, string] }): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="diff-grid h-7 items-center border-b border-line bg-surface text-sm text-muted">
      {names.map((name, index) => <span key={index} role="columnheader" className="truncate px-2"><Visible line text={name} /></span>)}
    </div>
  );
}

function Line({ row }: { readonly row: Shown }): ReactElement {
  if (row.kind === "skipped") return <span role="gridcell" className="col-span-2 bg-surface px-2 text-muted">⋯ {plural(row.count, "equal line")}</span>;
  return (
    <>
      <Side line={row.left} isChanged={row.kind !== "same"} sign="−" wash="bg-error-wash" strong="diff-gone" />
      <Side line={row.right} isChanged={row.kind !== "same"} sign="+" wash="bg-ok-wash" strong="diff-come" />
    </>
  );
}

function Side({ line, isChanged, sign, wash, strong }: {
  readonly line: DiffLine | null;
  readonly isChanged: boolean;
  readonly sign: string;
  readonly wash: string;
  readonly strong: string;
}): ReactElement {
  if (!line) return <span role="gridcell" className="h-full bg-surface"><span className="sr-only">nothing</span></span>;
  const all = line.pieces.map(({ text }) => text).join("");
  return (
    <span role="gridcell" title={all.length > 80 ? plainOf(all, 2000) : undefined} className={`flex h-full min-w-0 gap-2 overflow-hidden px-2 leading-5 whitespace-pre ${isChanged ? wash : ""}`}>
      <span className="w-9 shrink-0 text-right text-muted select-none">{line.number}</span>
      <span className="w-3 shrink-0 select-none" aria-label={isChanged ? (sign === "+" ? "added" : "removed") : "same"} role="img">{isChanged ? sign : " "}</span>
      <span className="min-w-0 truncate">
        {line.pieces.map(({ text, changed }, index) => (
          <span key={index} className={changed && line.pieces.length > 1 ? strong : ""}><Visible text={text.slice(0, 2000)} /></span>
        ))}
      </span>
    </span>
  );
}

/** The rows with equal stretches cut down to AROUND lines on each side of a change. */
function shortened(rows: readonly DiffRow[]): Shown[] {
  const near = new Uint8Array(rows.length);
  rows.forEach(({ kind }, at) => {
    if (kind !== "same") near.fill(1, Math.max(0, at - AROUND), at + AROUND + 1);
  });
  const shown: Shown[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    const first = at;
    while (at < rows.length && near[at] === 0) at += 1;
    if (at - first > 1) shown.push({ kind: "skipped", count: at - first, first });
    else if (at > first) shown.push(rows[first] as DiffRow);
    if (at < rows.length) shown.push(rows[at] as DiffRow);
  }
  return shown;
}
