import { type ReactElement, memo } from "react";
import { clockTime } from "../../base/time";
import { wordsOf } from "../../model/moments";
import { type Happening, offsetOf } from "../../model/session-timeline";
import { cutAt, plainOf } from "../../model/visible";
import { type View, barOf } from "../../model/waterfall";
import { Visible } from "../../widgets/name";

export const ROW_HEIGHT = 26;
/** More of a text than this no line has room for. */
const LINE = 400;

export function MomentHeader(): ReactElement {
  return (
    <div role="row" aria-rowindex={1} className="moments-grid h-7 border-b border-line bg-bg text-sm text-muted">
      <span role="columnheader">After</span>
      <span role="columnheader"><span className="sr-only">Outcome</span></span>
      <span role="columnheader">What happened</span>
      <span role="columnheader">By</span>
      <span role="columnheader">When in the window</span>
    </div>
  );
}

/** The id under which a row stands in the document. */
export const rowId = ({ key }: Happening): string => `moment-${key.replaceAll(/\s/g, "-")}`;

const COLOURS: Readonly<Record<string, string>> = { event: "--kind-room", "run.started": "--kind-agent", "run.ended": "--kind-agent", step: "--kind-tool" };

interface Props {
  readonly happening: Happening;
  readonly agents: ReadonlyMap<string, string>;
  readonly index: number;
  readonly top: string;
  readonly start: number;
  readonly window: View;
  readonly selected: boolean;
  readonly onChoose: (happening: Happening) => void;
}

export const MomentRow = memo(function MomentRow({ happening, agents, index, top, start, window, selected, onChoose }: Props): ReactElement {
  const { glyph, colour, text, detail, who } = wordsOf(happening, agents);
  const { at, isError } = happening;
  return (
    // The keyboard reaches rows through the grid's own keys.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      role="row" id={rowId(happening)} aria-rowindex={index} aria-selected={selected} data-error={isError || undefined}
      className="row moments-grid cursor-default text-sm" style={{ height: ROW_HEIGHT, transform: top }} onClick={() => onChoose(happening)}
    >
      <span role="gridcell" className="font-mono text-muted" title={clockTime(at)}>{offsetOf(at - start)}</span>
      <span role="gridcell" className={`text-center ${isError ? "text-error" : colour}`}><span aria-hidden="true">{glyph}</span>{isError && <span className="sr-only">failure</span>}</span>
      <span role="gridcell" className="truncate" title={plainOf(detail === "" ? text : `${text} ${detail}`)}>
        <span className={isError ? "font-medium text-error" : ""}><Visible line text={cutAt(text, LINE)} /></span>
        {detail !== "" && <span className="pl-3 text-muted"><Visible line text={cutAt(detail, LINE)} /></span>}
      </span>
      <span role="gridcell" className="truncate text-muted" title={plainOf(who)}><Visible line text={cutAt(who, LINE)} /></span>
      <span role="gridcell" className="relative h-full overflow-hidden"><Track happening={happening} window={window} /></span>
    </div>
  );
});

/** Where in the window it stands: a bar for what has a length, a tick for what has none. */
function Track({ happening: { at, end, isError, moment }, window }: { readonly happening: Happening; readonly window: View }): ReactElement | null {
  const bar = barOf(window, at, end ?? window.to);
  if (!bar) return null;
  const colour = isError ? "var(--error-fill)" : `var(${COLOURS[moment.type] ?? "--control"})`;
  return <span className={`bar ${end === null ? "bar-open" : ""}`} style={{ left: `min(${bar.left}%, calc(100% - 3px))`, width: `max(3px, ${bar.width}%)`, top: 8, background: colour }} />;
}
