import { type ReactElement, useCallback } from "react";
import { kindOf } from "../../model/kinds";
import type { Tree } from "../../model/tree";
import { type View, clampView } from "../../model/waterfall";
import { BrushMap } from "../../widgets/brush-map";
import { colourReader } from "../../widgets/theme-watch";

const HEIGHT = 44;

/** The whole trace at a glance. Dragging over it zooms; a double click shows everything again. */
export function Minimap({ tree, whole, view, zoomed, onView }: {
  readonly tree: Tree;
  readonly whole: View;
  readonly view: View;
  readonly zoomed: boolean;
  readonly onView: (view: View | null) => void;
}): ReactElement {
  const length = whole.to - whole.from;
  const share = (ns: number): number => (ns - whole.from) / length;
  return (
    <div className="mx-4 shrink-0 pb-2">
      <BrushMap
        height={HEIGHT}
        label={`Overview of ${tree.spans.length} spans. Keys w and s zoom, a and d move, 0 shows everything.`}
        draw={useCallback((context, width) => drawSpans(context, tree, whole, width), [tree, whole])}
        chosen={zoomed ? { from: share(view.from), to: share(view.to) } : null}
        onPart={({ from, to }) => onView(clampView({ from: whole.from + from * length, to: whole.from + to * length }, whole))}
        onAll={() => onView(null)}
      />
    </div>
  );
}

function drawSpans(context: CanvasRenderingContext2D, tree: Tree, whole: View, width: number): void {
  const colour = colourReader();
  const scale = width / (whole.to - whole.from);
  const rowHeight = Math.min(4, HEIGHT / tree.spans.length);
  const barHeight = Math.max(1, rowHeight * 0.75);
  const draw = (at: number, fill: string, atLeast: number): void => {
    const span = tree.spans[at];
    if (!span) return;
    context.fillStyle = fill;
    const end = span.duration_ns === null ? whole.to : span.start_ns + span.duration_ns;
    const x = (span.start_ns - whole.from) * scale;
    context.fillRect(x, at * rowHeight, Math.max(atLeast, (end - span.start_ns) * scale), barHeight);
  };
  for (let at = 0; at < tree.spans.length; at += 1) draw(at, colour(kindOf(tree.spans[at]?.kind ?? "").colour), 1);
  // Errors last and wider: a single one must be seen among ten thousand.
  for (const at of tree.errors) draw(at, colour("--error-fill"), 3);
}
