import type { ReactElement } from "react";
import { formatDuration } from "../../base/time";
import { offsetOf } from "../../model/session-timeline";
import type { View } from "../../model/waterfall";
import { Button, IconButton } from "../../widgets/button";
import { LeftIcon, RightIcon } from "../../widgets/icons";

/** Where the playhead stands, the way from failure to failure, and how much of the session is shown. */
export function Transport({ whole, window, isZoomed, playhead, errors, nth, onError, onWhole }: {
  readonly whole: View;
  readonly window: View;
  readonly isZoomed: boolean;
  readonly playhead: number | null;
  /** How many failures there are; null while that is not known. */
  readonly errors: number | null;
  /** Which of the failures is chosen, from 1 on; 0 for none. */
  readonly nth: number;
  readonly onError: (step: 1 | -1) => void;
  readonly onWhole: () => void;
}): ReactElement {
  return (
    <div className="flex h-8 shrink-0 items-center gap-1 text-sm whitespace-nowrap">
      {isZoomed && (
        <Button look="plain" title="Show the whole session (0)" onClick={onWhole}>{formatDuration((window.to - window.from) * 1e6)} of {formatDuration((whole.to - whole.from) * 1e6)} · Show all</Button>
      )}
      <span className="flex items-center" role="group" aria-label="Failures">
        <IconButton label="Previous failure (E)" disabled={!errors} onClick={() => onError(-1)}><LeftIcon /></IconButton>
        <span className={`min-w-20 text-center ${errors ? "text-error" : "text-muted"}`}>{errors === null ? "reading…" : errors === 0 ? "no failures" : `▲ ${nth > 0 ? `${nth} of ` : ""}${errors}`}</span>
        <IconButton label="Next failure (e)" disabled={!errors} onClick={() => onError(1)}><RightIcon /></IconButton>
      </span>
      <span className="pl-2 text-muted">Playhead</span>
      <output className="min-w-24 text-right font-mono" aria-label="Playhead">{playhead === null ? "—" : offsetOf(playhead - whole.from)}</output>
    </div>
  );
}
