import { useEffect, useSyncExternalStore } from "react";
import { keep, recall } from "../base/store";
import { type Zone, zone } from "../base/zone";
import { useSearch, useUrlState } from "../data/hooks";

const KEY = "fanlight.zone";
const PARAMETER = "tz";

const read = (text: string | null): Zone | null => (text === "utc" || text === "local" ? text : null);

// Before anything is drawn: the address has the first word, then what was chosen last.
zone.set(read(new URLSearchParams(window.location.search).get(PARAMETER)) ?? read(recall(KEY)) ?? "local");

/** Keeps the zone of times and the address in step; the zone, for whoever must be drawn anew by it. */
export function useZone(): Zone {
  const shown = useSyncExternalStore(zone.watch, zone.get);
  const named = read(new URLSearchParams(useSearch()).get(PARAMETER));
  const { change } = useUrlState();
  useEffect(() => {
    if (named !== null) zone.set(named);
  }, [named]);
  useEffect(
    () => zone.watch(() => {
      keep(KEY, zone.get());
      if (read(new URLSearchParams(window.location.search).get(PARAMETER)) !== zone.get()) change({ [PARAMETER]: zone.get() }, "replace");
    }),
    [change],
  );
  return shown;
}
