import { type ReactElement, useEffect, useMemo, useRef, useState } from "react";
import { failureOf, isForbidden } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { ApiError } from "../../data/http";
import type { View } from "../../model/waterfall";
import { clampView, layRows, pan, rowOf, zoom } from "../../model/waterfall";
import { useNow } from "../../widgets/clock";
import { useKeys } from "../../widgets/keys";
import type { RowsHandle } from "../../widgets/rows";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Minimap } from "./Minimap";
import { SpanPanel } from "./SpanPanel";
import { TraceHeader } from "./TraceHeader";
import { Toolbar } from "./Toolbar";
import { WhyFailed, WhyPanel, useFailure } from "./WhyPanel";
import { Waterfall } from "./Waterfall";
import { findSpans } from "./find";
import { useFolding } from "./useFolding";
import { useTrace } from "./useTrace";

interface Props {
  readonly project: string;
  readonly runId?: string;
  readonly traceId?: string;
}

export function TracePage(props: Props): ReactElement {
  // Another trace starts with its own folding, zoom and find.
  return <Trace key={props.runId ?? props.traceId} {...props} />;
}

function Trace({ project, ...named }: Props): ReactElement {
  const { run, set, tree, traceId, truncated, error, reread } = useTrace(project, named);
  const { params, change } = useUrlState();
  const wrappersShown = params.get("wrappers") === "1";
  const selectedId = params.get("span");
  const selectedAt = selectedId === null ? -1 : (tree?.position.get(selectedId) ?? -1);
  const { folding, hasWrappers, toggle, show, unwrap, wrap, setGrouping, openAll, closeAll } = useFolding(tree, wrappersShown, selectedAt);
  const [zoomed, setZoomed] = useState<View | null>(null);
  const [text, setText] = useState("");
  const [target, setTarget] = useState<{ readonly at: number } | null>(null);
  const list = useRef<RowsHandle>(null);
  const find = useRef<HTMLInputElement>(null);

  const why = useFailure(project, tree ? run : null);
  const [whyChosen, setWhyChosen] = useState<boolean | null>(null);
  // What failed is explained without asking; what only looks wrong waits to be asked.
  const whyOpen = whyChosen ?? why.failure?.verdict === "failed";
  const toggleWhy = (): void => setWhyChosen(!whyOpen);

  const running = run?.status === "running";
  const now = useNow(running);
  const nowNs = running && set ? now * 1e6 - Number(set.origin) : null;
  const whole = useMemo(() => {
    const { startNs, endNs } = tree ?? { startNs: 0, endNs: 1 };
    return { from: startNs, to: Math.max(endNs, nowNs ?? endNs) };
  }, [tree, nowNs]);
  const view = zoomed ? clampView(zoomed, whole) : whole;
  const rows = useMemo(() => (tree ? layRows(tree, folding) : []), [tree, folding]);
  const matches = useMemo(() => (tree ? findSpans(tree, text) : []), [tree, text]);
  const selectedRow = selectedAt === -1 || !tree ? -1 : rowOf(rows, tree, selectedAt);

  // Scrolled to once its row is laid: what hid it is opened in the same render.
  useEffect(() => {
    if (target && tree) list.current?.show(rowOf(rows, tree, target.at));
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- rows that change later must not scroll
  }, [target]);
  // The address may name a span: it is brought into sight once, when its trace is there.
  const arrived = useRef(false);
  useEffect(() => {
    if (arrived.current || selectedAt === -1) return;
    arrived.current = true;
    show(selectedAt);
    setTarget({ at: selectedAt });
  }, [selectedAt, show]);

  const choose = (at: number): void => {
    const span = tree?.spans[at];
    if (span) change({ span: span.span_id }, "replace");
  };
  /** Chooses a span wherever it is: what hides it is opened, and its row is brought into sight. */
  const jump = (at: number): void => {
    if (!tree) return;
    show(at);
    choose(at);
    setTarget({ at });
  };
  const jumpTo = (id: string): void => {
    const at = tree?.position.get(id);
    if (at !== undefined) jump(at);
  };
  const jumpAmong = (places: readonly number[], step: 1 | -1): void => {
    const after = step === 1 ? places.find((at) => at > selectedAt) : places.findLast((at) => at < selectedAt);
    const next = after ?? (step === 1 ? places[0] : places.at(-1));
    if (next !== undefined) jump(next);
  };
  const move = (step: number): void => {
    for (let index = Math.max(-1, selectedRow) + step; index >= 0 && index < rows.length; index += step) {
      const row = rows[index];
      // An open group is passed over: choosing it chooses its first member, which has a row of its own.
      if (row?.type === "orphans" || (row?.type === "group" && row.open)) continue;
      choose(row?.type === "group" ? (row.members[0] as number) : (row?.at ?? -1));
      list.current?.show(index);
      return;
    }
  };
  const fold = (open: boolean): void => {
    const row = rows[selectedRow];
    if (!row || row.type === "orphans" || !tree) return;
    const isUnwrapped = row.type === "span" && folding.folding && folding.unwrapped.has(tree.spans[row.at]?.span_id ?? "");
    if (!open && isUnwrapped && row.open) {
      choose(row.at + 1);
      return wrap(row.at);
    }
    const canFold = row.type === "group" || row.below > 0;
    if (canFold && row.open !== open) return toggle(row);
    if (open && row.type === "span" && row.wrappers.length > 0) return unwrap(row.wrappers);
    if (open) return move(1);
    if (row.type === "group") return;
    const outermost = row.wrappers[0] ?? row.at;
    const group = rows.find((above) => above.type === "group" && above.members.includes(outermost));
    if (group) toggle(group);
    else if ((tree.parent[outermost] ?? -1) >= 0) choose(tree.parent[outermost] as number);
  };

  useKeys("Trace", [
    { keys: "/", label: "Find in trace", run: () => find.current?.focus() },
    { keys: "j", label: "Next span", run: () => move(1) },
    { keys: "k", label: "Previous span", run: () => move(-1) },
    { keys: "ArrowDown", label: "Next span", run: () => move(1) },
    { keys: "ArrowUp", label: "Previous span", run: () => move(-1) },
    { keys: "ArrowRight", label: "Open, or go in", run: () => fold(true) },
    { keys: "ArrowLeft", label: "Fold, or go out", run: () => fold(false) },
    { keys: "Enter", label: "Open or fold", run: () => rows[selectedRow] && toggle(rows[selectedRow]) },
    { keys: "e", label: "Next error", run: () => jumpAmong(tree?.errors ?? [], 1) },
    { keys: "E", label: "Previous error", run: () => jumpAmong(tree?.errors ?? [], -1) },
    { keys: "i", label: "Why it failed", run: toggleWhy },
    { keys: "n", label: "Next match", run: () => jumpAmong(matches, 1) },
    { keys: "N", label: "Previous match", run: () => jumpAmong(matches, -1) },
    { keys: "w", label: "Zoom in", run: () => setZoomed(zoom(view, 0.6, whole)) },
    { keys: "s", label: "Zoom out", run: () => setZoomed(zoom(view, 1.7, whole)) },
    { keys: "a", label: "Earlier", run: () => setZoomed(pan(view, -0.2, whole)) },
    { keys: "d", label: "Later", run: () => setZoomed(pan(view, 0.2, whole)) },
    { keys: "0", label: "Whole trace", run: () => setZoomed(null) },
    { keys: "Escape", label: "Close the panel", run: () => change({ span: null }, "replace") },
    { keys: "]", label: "Open the panel", run: () => selectedAt === -1 && choose(0) },
    { keys: "[", label: "Close the panel", run: () => change({ span: null }, "replace") },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(location.href) },
  ]);

  if (error && !tree) {
    if (isForbidden(error)) return <Empty heading="h1" title="You may not see this run" />;
    if (error instanceof ApiError && error.status === 404) {
      return <Empty heading="h1" title="This run is not here"><p>It may have passed its retention, or its first spans have yet to arrive. This address stays good.</p></Empty>;
    }
    return <ErrorBox failure={failureOf("The trace could not be read", error)} onRetry={reread} />;
  }
  if (!tree || !set) return <SkeletonRows count={24} height={24} />;
  const logHref = (id: string): string =>
    `/p/${encodeURIComponent(project)}/logs?q=${encodeURIComponent(`trace:${traceId}`)}&from=now-30d&log=${encodeURIComponent(id)}`;
  const firstError = run?.error?.span_id ? (tree.position.get(run.error.span_id) ?? tree.errors[0]) : tree.errors[0];

  return (
    <>
      <TraceHeader
        project={project} run={run} tree={tree} now={now} failure={why.failure} whyOpen={whyOpen} onWhy={toggleWhy} onSpan={jumpTo}
        onError={firstError === undefined ? null : () => jump(firstError)}
      />
      {why.error && !why.failure && <WhyFailed error={why.error} onRetry={() => void why.refetch()} />}
      {why.failure && whyOpen && <WhyPanel failure={why.failure} onSpan={jumpTo} logHref={logHref} />}
      <Toolbar
        field={find} text={text} matches={matches} selectedAt={selectedAt} tree={tree} total={set.total} truncated={truncated}
        grouping={folding.grouping} wrappers={wrappersShown} hasWrappers={hasWrappers} zoomed={zoomed !== null}
        onText={setText} onMatch={(step) => jumpAmong(matches, step)} onError={(step) => jumpAmong(tree.errors, step)}
        onGrouping={setGrouping} onWrappers={(shown) => change({ wrappers: shown ? "1" : null }, "replace")}
        onOpenAll={openAll} onCloseAll={closeAll} onReset={() => setZoomed(null)}
      />
      <Minimap tree={tree} whole={whole} view={view} zoomed={zoomed !== null} onView={setZoomed} />
      <Split
        name="span-panel"
        initial={440}
        main={
          <Waterfall
            tree={tree} rows={rows} view={view} nowNs={nowNs} selectedRow={selectedRow} matches={matches} handle={list}
            onChoose={choose} onToggle={toggle} onUnwrap={unwrap}
          />
        }
        side={selectedAt === -1 || !traceId ? null : (
          <SpanPanel
            key={selectedId} project={project} traceId={traceId} tree={tree} at={selectedAt}
            onChoose={jump} onClose={() => change({ span: null }, "replace")}
          />
        )}
      />
    </>
  );
}
