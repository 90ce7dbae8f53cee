import { type RefObject, useCallback, useMemo, useRef, useState } from "react";
import type { Run } from "../../model/api";
import type { Range } from "../../model/range";
import { marked } from "../../model/runs";
import { useNow } from "../../widgets/clock";
import type { RowsHandle } from "../../widgets/rows";
import { useRuns } from "./useRuns";

/** A list of runs with where its reader is in it. */
export interface RunListState extends ReturnType<typeof useRuns> {
  readonly q: string;
  readonly range: Range;
  readonly now: number;
  readonly handle: RefObject<RowsHandle | null>;
  /** Where the selected run stands; -1 without one. */
  readonly selected: number;
  readonly select: (index: number) => void;
  readonly choose: (id: string) => void;
  readonly paused: boolean;
  readonly setPaused: (paused: boolean) => void;
  readonly setAtTop: (top: boolean) => void;
  readonly toLatest: () => void;
  /** The runs to compare, at most two, in the order in which they were marked. */
  readonly marks: readonly Run[];
  readonly mark: (id: string) => void;
  readonly unmark: () => void;
}

/** The runs of a filter and a range. While `held`, while paused and while scrolled away, new ones wait. */
export function useRunList(project: string, q: string, range: Range, held = false): RunListState {
  const [paused, setPaused] = useState(false);
  const [atTop, setAtTop] = useState(true);
  const asked = useRuns(project, q, range, held || paused || !atTop);
  const { runs, release } = asked;
  const [selectedId, choose] = useState<string | null>(null);
  const [markedIds, setMarkedIds] = useState<readonly string[]>([]);
  const handle = useRef<RowsHandle>(null);
  const now = useNow(runs.some((run) => run.status === "running"));
  const selected = runs.findIndex((run) => run.id === selectedId);
  const marks = useMemo(() => markedIds.flatMap((id) => runs.find((run) => run.id === id) ?? []), [markedIds, runs]);

  const select = (index: number): void => {
    const at = Math.max(0, Math.min(index, runs.length - 1));
    const run = runs[at];
    if (!run) return;
    choose(run.id);
    handle.current?.show(at);
  };
  const toLatest = (): void => {
    setPaused(false);
    release();
    handle.current?.toTop();
  };
  const mark = useCallback((id: string) => setMarkedIds((before) => marked(before, id)), []);
  const unmark = useCallback(() => setMarkedIds([]), []);
  return { ...asked, q, range, now, handle, selected, select, choose, paused, setPaused, setAtTop, toLatest, marks, mark, unmark };
}
