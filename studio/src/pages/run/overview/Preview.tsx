import type { ReactElement } from "react";
import { Link } from "wouter";
import type { Side } from "../../../model/io";
import { readValue } from "../../../model/value";
import { Parts } from "../../../views/content/Turns";
import { Value } from "../../../views/content/Value";
import { SkeletonRows } from "../../../widgets/states";
import { Panel } from "./Panel";

/** What went in last or came out, as far as it fits; the part I/O has all of it. */
export function Preview({ title, side, href, none }: {
  readonly title: string;
  /** Null while it is read. */
  readonly side: Side | null;
  readonly href: string;
  readonly none: string;
}): ReactElement {
  const last = side?.turns.at(-1);
  return (
    <Panel title={title} more={<Link href={href} className="inline-flex min-h-6 items-center text-accent hover:underline">Whole</Link>}>
      {side === null ? <SkeletonRows count={3} height={24} /> : side.text === null ? <p className="text-muted">{none}</p> : (
        // It scrolls, so the keyboard must reach it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div role="group" tabIndex={0} aria-label={title} className="grid max-h-56 grid-cols-[minmax(0,1fr)] gap-2 overflow-auto rounded-lg border border-line px-3 py-2">
          {last ? <Parts parts={last.parts} /> : <Value value={readValue(side.text)} />}
        </div>
      )}
    </Panel>
  );
}
