import { type ReactElement, useMemo } from "react";
import type { LogSource } from "../../model/log-source";
import type { Range } from "../../model/range";
import { LogTail } from "../../views/logs/LogTail";
import { Empty } from "../../widgets/states";

/** What every part of a room's console is given. */
export interface PartProps {
  readonly project: string;
  readonly room: string;
  readonly q: string;
  readonly range: Range;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}

/** Everything that is said in the room: logs, developer logs, and what happens to the room itself. */
export function RoomLogs({ project, room, q, range, onFilter, onRange }: PartProps): ReactElement {
  const source = useMemo((): LogSource => ({ of: "room", room }), [room]);
  return (
    <LogTail
      project={project} source={source} q={q} range={range} onFilter={onFilter} onRange={onRange}
      placeholder="Filter: level:>=warn service:planner type:order_placed or any words" never={<Silent room={room} />}
    />
  );
}

function Silent({ room }: { readonly room: string }): ReactElement {
  return (
    <Empty title="Nothing was said in this room yet">
      <p>Logs whose resource names <code>room={room}</code>, developer logs and the comings and goings of participants stand here as they arrive:</p>
      <pre className="max-w-full overflow-x-auto rounded-md border border-line bg-surface px-3 py-2 text-left font-mono text-sm text-fg">{`async with fanlight.room(${JSON.stringify(room)}) as room:\n    room.developer.info("hello")`}</pre>
    </Empty>
  );
}
