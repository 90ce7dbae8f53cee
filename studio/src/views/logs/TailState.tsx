import type { ReactElement } from "react";
import { plural } from "../../base/format";
import { IconButton } from "../../widgets/button";
import { PauseIcon, PlayIcon } from "../../widgets/icons";

/** Why the tail stands still; null while it follows. */
export type Held = "paused" | "scrolled up" | "a record is selected" | "at the playhead" | null;

/** How many records are shown, and whether they follow what arrives; if not, why. */
export function TailState({ count, isMore, live, held, onTurn }: {
  readonly count: number;
  readonly isMore: boolean;
  readonly live: boolean;
  readonly held: Held;
  readonly onTurn: () => void;
}): ReactElement {
  const following = held === null;
  return (
    <div className="flex h-8 shrink-0 items-center gap-2">
      <span className="text-sm text-muted">{plural(count, "record").replace(" ", isMore ? "+ " : " ")}</span>
      {live && (
        <>
          <span role="status" className={`rounded-full border border-line px-2 text-sm ${following ? "text-ok" : "text-warn"}`} data-tail={following ? "following" : "held"}>
            {following ? "● Following" : `‖ Held: ${held}`}
          </span>
          <IconButton label={following ? "Pause (space)" : "Go on (space)"} aria-pressed={!following} className="h-8! w-8!" onClick={onTurn}>
            {following ? <PauseIcon /> : <PlayIcon />}
          </IconButton>
        </>
      )}
    </div>
  );
}
