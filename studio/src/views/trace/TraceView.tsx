import { type ReactElement, type Ref, Suspense, lazy, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { failureOf, isForbidden } from "../../data/failure";
import { ApiError } from "../../data/http";
import type { Finding } from "../../model/api";
import { criticalPath } from "../../model/critical-path";
import { findSpans } from "../../model/find-spans";
import type { SpanSet } from "../../model/spans";
import type { Tree } from "../../model/tree";
import { type View, clampView, keptKinds, layRows, rowOf } from "../../model/waterfall";
import { useNow } from "../../widgets/clock";
import type { RowsHandle } from "../../widgets/rows";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Minimap } from "./Minimap";
import { SpanPanel } from "./SpanPanel";
import { NumberTree, Waterfall } from "./SpanRows";
import { Toolbar } from "./Toolbar";
import { useFolding } from "./useFolding";
import { useSelection } from "./useSelection";
import type { ReadTrace } from "./useTrace";
import { useTraceKeys } from "./useTraceKeys";
import { useTraceUrl } from "./useTraceUrl";

const GraphView = lazy(async () => ({ default: (await import("./GraphView")).GraphView }));

const NO_FINDINGS: readonly Finding[] = [];

/** What the rest of a page may ask of the trace on it. */
export interface TraceHandle {
  /** Chooses a span and brings it into sight. The address' `span` does so, too, when it changes. */
  show(id: string): void;
}

/** One trace, as `useTrace` reads it: its spans against time, and the chosen one beside them. Needs a box that gives it its height. */
export function TraceView({ project, trace, handle }: {
  readonly project: string;
  readonly trace: ReadTrace;
  readonly handle?: Ref<TraceHandle>;
}): ReactElement {
  const { tree, set, error } = trace;
  if (error && !tree) return <TraceUnread error={error} onRetry={trace.reread} />;
  if (!tree || !set) return <SkeletonRows count={24} height={24} />;
  // Another trace starts with its own folding, zoom and find.
  return <Shown key={set.traceId} project={project} trace={trace} tree={tree} set={set} handle={handle} />;
}

/** Why there is no trace to show. */
export function TraceUnread({ error, onRetry, heading = "h2" }: {
  readonly error: Error;
  readonly onRetry: () => void;
  readonly heading?: "h1" | "h2";
}): ReactElement {
  if (isForbidden(error)) return <Empty heading={heading} title="You may not see this run" />;
  if (error instanceof ApiError && error.status === 404) {
    return <Empty heading={heading} title="This run is not here"><p>It may have passed its retention, or its first spans have yet to arrive. This address stays good.</p></Empty>;
  }
  return <ErrorBox failure={failureOf("The trace could not be read", error)} onRetry={onRetry} />;
}

function Shown({ project, trace, tree, set, handle }: {
  readonly project: string;
  readonly trace: ReadTrace;
  readonly tree: Tree;
  readonly set: SpanSet;
  readonly handle: Ref<TraceHandle> | undefined;
}): ReactElement {
  const url = useTraceUrl();
  const fold = useFolding(set.traceId, tree, url.wrappersShown, url.selectedId === null ? -1 : (tree.position.get(url.selectedId) ?? -1));
  const kept = useMemo(() => keptKinds(tree, url.kinds), [tree, url.kinds]);
  const selection = useSelection(tree, kept, fold.show);
  const [zoomed, setZoomed] = useState<View | null>(null);
  const [text, setText] = useState("");
  const list = useRef<RowsHandle>(null);
  const field = useRef<HTMLInputElement>(null);

  const running = trace.run?.status === "running";
  const now = useNow(running);
  const nowNs = running ? now * 1e6 - Number(set.origin) : null;
  const whole = useMemo(() => ({ from: tree.startNs, to: Math.max(tree.endNs, nowNs ?? tree.endNs) }), [tree, nowNs]);
  const view = zoomed ? clampView(zoomed, whole) : whole;
  const rows = useMemo(() => layRows(tree, fold.folding, kept), [tree, fold.folding, kept]);
  const matches = useMemo(() => findSpans(tree, text), [tree, text]);
  const path = useMemo(() => (url.isPathShown ? criticalPath(tree) : null), [tree, url.isPathShown]);
  const selectedRow = useMemo(() => (selection.at === -1 ? -1 : rowOf(rows, tree, selection.at)), [rows, tree, selection.at]);

  // Scrolled to once its row is laid: what hid it is opened in the same render.
  useEffect(() => {
    if (selection.target) list.current?.show(rowOf(rows, tree, selection.target.at));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- rows that change later must not scroll
  }, [selection.target, url.look]);
  const { jump } = selection;
  useImperativeHandle(handle, () => ({
    show: (id) => {
      const at = tree.position.get(id);
      if (at !== undefined) jump(at);
    },
  }), [tree, jump]);
  const { jumpAmong } = useTraceKeys({ tree, rows, selection, selectedRow, fold, list, matches, field, view, whole, url, onView: setZoomed });

  const common = {
    tree, rows, nowNs, selectedRow, matches, handle: list, findings: trace.run?.findings ?? NO_FINDINGS,
    onChoose: selection.choose, onToggle: fold.toggle, onUnwrap: fold.unwrap,
  };
  return (
    <>
      <Toolbar
        field={field} look={url.look} text={text} matches={matches} selectedAt={selection.at} tree={tree} total={set.total} truncated={trace.truncated}
        path={path} kinds={url.kinds} grouping={fold.folding.grouping} wrappers={url.wrappersShown} hasWrappers={fold.hasWrappers} zoomed={zoomed !== null}
        onLook={url.setLook} onText={setText} onMatch={(step) => jumpAmong(matches, step)} onError={(step) => jumpAmong(tree.errors, step)}
        onPath={() => url.setPathShown(path === null)} onSpan={jump} onKinds={url.setKinds}
        onGrouping={fold.setGrouping} onWrappers={url.setWrappersShown} onOpenAll={fold.openAll} onCloseAll={fold.closeAll} onReset={() => setZoomed(null)}
      />
      {url.look === "graph" ? (
        <Suspense fallback={<SkeletonRows count={8} height={40} />}>
          <GraphView project={project} traceId={set.traceId} tree={tree} running={running} onSpan={selection.open} />
        </Suspense>
      ) : <>
        {url.look === "waterfall" && <Minimap tree={tree} whole={whole} view={view} zoomed={zoomed !== null} onView={setZoomed} />}
        <Split
          name="span-panel"
          initial={440}
          main={url.look === "tree" ? <NumberTree {...common} /> : <Waterfall {...common} view={view} path={path} />}
          side={selection.at === -1 ? null : (
            <SpanPanel
              key={selection.id} project={project} traceId={set.traceId} tree={tree} at={selection.at} path={path}
              onChoose={jump} onClose={selection.clear}
            />
          )}
        />
      </>}
    </>
  );
}
