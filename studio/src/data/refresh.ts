import { useQueryClient } from "@tanstack/react-query";
import { useLive, useSoon } from "./hooks";

const WAIT_MS = 2000;

/** Asks queries that begin with `key` again when something of `topics` happens, never more often than every 2 s. */
export function useRefresh(topics: string, key: readonly unknown[]): void {
  const client = useQueryClient();
  const soon = useSoon(() => void client.invalidateQueries({ queryKey: key }), WAIT_MS);
  useLive(topics, { onEvents: soon, onResync: soon });
}
