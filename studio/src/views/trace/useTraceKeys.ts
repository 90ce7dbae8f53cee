import type { RefObject } from "react";
import { stepAmong } from "../../model/step-among";
import type { Tree } from "../../model/tree";
import { type Row, type View, pan, zoom } from "../../model/waterfall";
import { useKeys } from "../../widgets/keys";
import type { RowsHandle } from "../../widgets/rows";
import { LOOKS } from "./Toolbar";
import type { useFolding } from "./useFolding";
import type { useSelection } from "./useSelection";
import type { useTraceUrl } from "./useTraceUrl";

/** Moving through the rows of a trace, by one or by error and match, and folding them: all by keys. */
export function useTraceKeys({ tree, rows, selection, selectedRow, fold, list, matches, field, view, whole, url, onView }: {
  readonly tree: Tree;
  readonly rows: readonly Row[];
  readonly selection: ReturnType<typeof useSelection>;
  readonly selectedRow: number;
  readonly fold: ReturnType<typeof useFolding>;
  readonly list: RefObject<RowsHandle | null>;
  readonly matches: readonly number[];
  readonly field: RefObject<HTMLInputElement | null>;
  readonly view: View;
  readonly whole: View;
  readonly url: ReturnType<typeof useTraceUrl>;
  readonly onView: (view: View | null) => void;
}) {
  const { choose, jump, clear } = selection;
  const jumpAmong = (places: readonly number[], step: 1 | -1): void => {
    const next = stepAmong(places, selection.at, step);
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
  const setOpen = (open: boolean): void => {
    const row = rows[selectedRow];
    if (!row || row.type === "orphans" ) return;
    const isUnwrapped = row.type === "span" && fold.folding.folding && fold.folding.unwrapped.has(tree.spans[row.at]?.span_id ?? "");
    if (!open && isUnwrapped && row.open) {
      choose(row.at + 1);
      return fold.wrap(row.at);
    }
    const canFold = row.type === "group" || row.below > 0;
    if (canFold && row.open !== open) return fold.toggle(row);
    if (open && row.type === "span" && row.wrappers.length > 0) return fold.unwrap(row.wrappers);
    if (open) return move(1);
    if (row.type === "group") return;
    const outermost = row.wrappers[0] ?? row.at;
    const group = rows.find((above) => above.type === "group" && above.members.includes(outermost));
    if (group) fold.toggle(group);
    else if ((tree.parent[outermost] ?? -1) >= 0) choose(tree.parent[outermost] as number);
  };

  useKeys("Trace", [
    { keys: "/", label: "Find in trace", run: () => field.current?.focus() },
    { keys: "j", label: "Next span", run: () => move(1) },
    { keys: "k", label: "Previous span", run: () => move(-1) },
    { keys: "ArrowDown", label: "Next span", run: () => move(1) },
    { keys: "ArrowUp", label: "Previous span", run: () => move(-1) },
    { keys: "ArrowRight", label: "Open, or go in", run: () => setOpen(true) },
    { keys: "ArrowLeft", label: "Fold, or go out", run: () => setOpen(false) },
    { keys: "Enter", label: "Open or fold", run: () => rows[selectedRow] && fold.toggle(rows[selectedRow]) },
    { keys: "e", label: "Next error", run: () => jumpAmong(tree.errors, 1) },
    { keys: "E", label: "Previous error", run: () => jumpAmong(tree.errors, -1) },
    { keys: "n", label: "Next match", run: () => jumpAmong(matches, 1) },
    { keys: "N", label: "Previous match", run: () => jumpAmong(matches, -1) },
    { keys: "C", label: "Critical path", run: () => url.setPathShown(!url.isPathShown) },
    { keys: "v", label: "Waterfall, tree, graph", run: () => url.setLook(LOOKS[(LOOKS.indexOf(url.look) + 1) % LOOKS.length] ?? "waterfall") },
    { keys: "w", label: "Zoom in", run: () => onView(zoom(view, 0.6, whole)) },
    { keys: "s", label: "Zoom out", run: () => onView(zoom(view, 1.7, whole)) },
    { keys: "a", label: "Earlier", run: () => onView(pan(view, -0.2, whole)) },
    { keys: "d", label: "Later", run: () => onView(pan(view, 0.2, whole)) },
    { keys: "0", label: "Whole trace", run: () => onView(null) },
    { keys: "Escape", label: "Close the panel", run: clear },
    { keys: "]", label: "Open the panel", run: () => selection.at === -1 && choose(0) },
    { keys: "[", label: "Close the panel", run: clear },
  ]);
  return { jumpAmong };
}
