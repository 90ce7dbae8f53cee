import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { longTime, parseMillis } from "../../base/time";
import { type Asked, newestSessionQuery } from "../../data/sessions";
import { parseTerms, removeTerm } from "../../model/filter";
import type { Range } from "../../model/range";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";

/** Why there are no sessions: none ever, none in the range, or none that the filter lets through. */
export function NoSessions({ project, asked, onChange, onRange }: {
  readonly project: string;
  readonly asked: Asked;
  readonly onChange: (changes: Readonly<Record<string, string | null>>) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement | null {
  const newest = useQuery({ ...newestSessionQuery(project), refetchInterval: 3000 });
  const latest = newest.data?.items[0];
  const { q, room, active } = asked;
  if (q !== "" || room !== "" || active) {
    return (
      <Empty title="No session passes this filter">
        <div className="flex flex-wrap justify-center gap-2">
          {parseTerms(q).map((term, index) => <Button key={term.at} onClick={() => onChange({ q: removeTerm(q, index) })}>Without <code>{term.text}</code></Button>)}
          {room !== "" && <Button onClick={() => onChange({ room: null })}>Of every room</Button>}
          {active && <Button onClick={() => onChange({ active: null })}>Those that ended, too</Button>}
        </div>
      </Empty>
    );
  }
  if (newest.isPending) return null;
  if (!latest) {
    return (
      <Empty title="No session yet">
        <p>A session is one live run of a room, or one conversation. Agents make one by naming it: <code>room</code> and <code>session.id</code> as attributes of their telemetry, or <code>MESHAGENT_ROOM</code> and <code>MESHAGENT_SESSION_ID</code> in their environment.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No session in this time range">
      <p>The newest one was last heard of {longTime(parseMillis(latest.last_at))}.</p>
      <Button look="primary" onClick={() => onRange({ from: new Date(parseMillis(latest.last_at) - 3_600_000).toISOString(), to: "now" })}>Widen to the newest data</Button>
    </Empty>
  );
}
