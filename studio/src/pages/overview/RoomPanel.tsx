import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { plural } from "../../base/format";
import { failureOf } from "../../data/failure";
import { activeSessionsQuery } from "../../data/overview";
import type { Session } from "../../model/api";
import { placeOf } from "../../model/link";
import { Listed } from "../../widgets/listed";
import { Name } from "../../widgets/name";
import { Panel, Quiet } from "../../widgets/panel";
import { Moment } from "../../widgets/table";

/** Rooms and conversations in which something goes on. */
export function RoomPanel({ project }: { readonly project: string }): ReactElement {
  const sessions = useQuery({ ...activeSessionsQuery(project), refetchInterval: 15_000 });
  return (
    <Panel title="Active sessions" count={sessions.data?.length} more={<Link href={placeOf(project, "rooms")} className="text-accent hover:underline">Rooms</Link>}>
      <Listed data={sessions.data} failure={sessions.error && failureOf("The active sessions could not be read", sessions.error)} onRetry={() => void sessions.refetch()}>
        {(items) => items.length === 0 ? <Quiet>Nobody is in a room.</Quiet> : (
          <ul className="divide-y divide-soft">{items.map((session) => <Line key={session.id} project={project} session={session} />)}</ul>
        )}
      </Listed>
    </Panel>
  );
}

function Line({ project, session }: { readonly project: string; readonly session: Session }): ReactElement {
  const inRoom = Object.values(session.participants ?? {}).reduce((sum, count) => sum + count, 0);
  const runs = session.activity?.runs ?? 0;
  return (
    <li className="relative flex h-9 items-center gap-3 px-3 hover:bg-hover">
      <span className="text-ok" aria-hidden="true">●</span>
      <Link href={placeOf(project, `sessions/${encodeURIComponent(session.id)}`)} className="min-w-0 flex-1 truncate font-medium after:absolute after:inset-0">
        <Name text={session.room ?? session.id} />
      </Link>
      <span className="text-sm whitespace-nowrap text-muted">
        {[session.room === null && "conversation", inRoom > 0 && `${inRoom} in it`, runs > 0 && plural(runs, "run")].filter(Boolean).join(" · ")}
      </span>
      <Moment at={session.last_at} />
    </li>
  );
}
