import { useEffect, useState } from "react";
import { type Range, isLive } from "../model/range";

/** How often what is summed up over a range that slides is asked for again. */
export const REREAD_MS = 15_000;

/** The time now, at every reading: the bins of a range that slides slide with it. */
export function useReading(range: Range): number {
  const [now, setNow] = useState(() => Date.now());
  const live = isLive(range);
  useEffect(() => {
    if (!live) return undefined;
    const timer = window.setInterval(() => setNow(Date.now()), REREAD_MS);
    return () => window.clearInterval(timer);
  }, [live]);
  return now;
}

/** How a query over a range is read: again and again while the range slides. */
export const rereading = (range: Range): { readonly refetchInterval: number | false } => ({ refetchInterval: isLive(range) ? REREAD_MS : false });
