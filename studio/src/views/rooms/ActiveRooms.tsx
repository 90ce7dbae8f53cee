import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { plural } from "../../base/format";
import { MOST_ACTIVE, activeRoomsQuery } from "../../data/rooms";
import { useMay } from "../../data/session";

const EVERY_MS = 15_000;

/** How many rooms are in a session now, beside the link to them; nothing while there is none. */
export function ActiveRooms({ project }: { readonly project: string }): ReactElement | null {
  const mayRead = useMay(project, "read");
  const { data } = useQuery({ ...activeRoomsQuery(project), enabled: mayRead, refetchInterval: EVERY_MS, retry: false });
  if (!data) return null;
  return <span className="ml-auto text-xs max-md:sr-only" title={`${plural(data, "room")} in a session now`}><span className="text-ok" aria-hidden="true">●</span> {data}{data === MOST_ACTIVE ? "+" : ""}<span className="sr-only"> active</span></span>;
}
