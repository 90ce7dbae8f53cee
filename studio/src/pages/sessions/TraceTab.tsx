import { type ReactElement, useEffect, useMemo, useRef } from "react";
import { NONE } from "../../base/format";
import { formatDuration, formatNanos, parseMillis } from "../../base/time";
import { costOf } from "../../model/cost";
import { statusOf } from "../../model/kinds";
import type { Run } from "../../model/schema";
import { type Happening, shortOffsetOf, withinWindow } from "../../model/session-timeline";
import { cutAt, plainOf } from "../../model/visible";
import type { View } from "../../model/waterfall";
import { TraceView } from "../../views/trace/TraceView";
import { useTrace } from "../../views/trace/useTrace";
import { Button } from "../../widgets/button";
import { Visible } from "../../widgets/name";
import { Empty } from "../../widgets/states";
import type { Chosen } from "./useChosen";

/** A strip has room for so many runs; those around the chosen one are in it. */
const MOST_SHOWN = 200;

interface Props {
  readonly project: string;
  readonly whole: View;
  readonly chosen: Chosen;
  readonly list: readonly Happening[];
}

const runsOf = (list: readonly Happening[]): readonly Run[] =>
  list.flatMap(({ moment }) => (moment.type === "run.started" && moment.run ? [moment.run] : []));

/** The run to look at: the one that is chosen, else the one at the playhead, else the first that failed. */
function runAt(runs: readonly Run[], { run, playhead }: Chosen): string | null {
  if (run !== null) return run;
  const going = playhead === null ? undefined : runs.findLast((each) => parseMillis(each.started_at) <= playhead && (each.ended_at === null || parseMillis(each.ended_at) >= playhead));
  return (going ?? runs.find(({ status }) => status === "error") ?? runs[0])?.id ?? null;
}

/** The runs of the window in time order, and the trace of the one that is chosen. */
export function TraceTab({ project, whole, chosen, list }: Props): ReactElement {
  const runs = useMemo(() => runsOf(withinWindow(list, chosen.window)), [list, chosen.window]);
  const id = runAt(runs, chosen);
  if (id === null) {
    return (
      <Empty title={chosen.isZoomed ? "No run in this window" : "No run in this session"}>
        {chosen.isZoomed ? <Button look="primary" onClick={() => chosen.show(null)}>Show the whole session</Button> : <p>Runs stand here as soon as an agent of this session starts one.</p>}
      </Empty>
    );
  }
  const onRun = (run: Run): void => chosen.choose({ at: run.started_at, log: null, run: run.id, span: null });
  return (
    <>
      <Strip runs={runs} id={id} start={whole.from} onRun={onRun} />
      <OneTrace key={id} project={project} id={id} chosen={chosen} />
    </>
  );
}

function Strip({ runs, id, start, onRun }: { readonly runs: readonly Run[]; readonly id: string; readonly start: number; readonly onRun: (run: Run) => void }): ReactElement {
  const box = useRef<HTMLUListElement>(null);
  const at = Math.max(0, runs.findIndex((run) => run.id === id));
  const from = Math.max(0, Math.min(at - MOST_SHOWN / 2, runs.length - MOST_SHOWN));
  useEffect(() => {
    box.current?.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [id]);
  return (
    <ul ref={box} aria-label="Runs" className="flex shrink-0 gap-1.5 overflow-x-auto px-4 py-2">
      {from > 0 && <li className="self-center text-sm whitespace-nowrap text-muted">{from} before…</li>}
      {runs.slice(from, from + MOST_SHOWN).map((run) => <li key={run.id}><RunPill run={run} start={start} isChosen={run.id === id} onRun={onRun} /></li>)}
      {runs.length > from + MOST_SHOWN && <li className="self-center text-sm whitespace-nowrap text-muted">…{runs.length - from - MOST_SHOWN} after</li>}
    </ul>
  );
}

function RunPill({ run, start, isChosen, onRun }: { readonly run: Run; readonly start: number; readonly isChosen: boolean; readonly onRun: (run: Run) => void }): ReactElement {
  const status = statusOf(run.status);
  const cost = costOf(run.cost, run.tokens).text;
  const facts = [run.duration_ms === null ? "…" : formatDuration(run.duration_ms * 1e6), ...(cost === NONE ? [] : [cost])].join(" · ");
  return (
    <button
      type="button" aria-pressed={isChosen} title={plainOf(run.error?.message ?? run.name)} onClick={() => onRun(run)}
      className="grid h-10 max-w-64 content-center rounded border border-line px-2.5 text-left text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-selected"
    >
      <span className="truncate font-medium"><span className={status.colour} aria-hidden="true">{status.glyph}</span> <Visible line text={cutAt(run.agent ?? run.name, 200)} /><span className="sr-only">, {status.label}</span></span>
      <span className="truncate font-mono text-xs text-muted">{shortOffsetOf(parseMillis(run.started_at) - start)} <span className="font-sans">{facts}</span></span>
    </button>
  );
}

/** Its span is the one selection: another one moves the playhead to where it starts. */
function OneTrace({ project, id, chosen }: { readonly project: string; readonly id: string; readonly chosen: Chosen }): ReactElement {
  const trace = useTrace(project, { runId: id });
  const { span, choose } = chosen;
  const followed = useRef(span);
  const { tree, set } = trace;
  useEffect(() => {
    if (span === followed.current || span === null || !tree || !set) return;
    const at = tree.position.get(span);
    if (at === undefined) return;
    followed.current = span;
    choose({ at: formatNanos(set.origin + BigInt(tree.spans[at]?.start_ns ?? 0)), log: null, run: id, span });
  }, [span, tree, set, id, choose]);
  return <TraceView project={project} trace={trace} />;
}
