import { useEffect, useMemo, useRef } from "react";
import { type Line } from "../../model/tail";
import type { RowsHandle } from "../../widgets/rows";
import type { Held } from "./TailState";

/** So many pages back are read to reach a moment; further back a smaller range leads. */
const MOST_PAGES = 20;
/** Rows that are shown before and behind the one that was looked for. */
const AROUND = 8;

interface Shown {
  readonly lines: readonly Line[];
  readonly older: string | null;
  readonly loadingOlder: boolean;
  readonly loadOlder: () => Promise<void>;
  readonly list: { readonly current: RowsHandle | null };
  readonly hold: (why: Held) => void;
}

/**
 * Where the first record at or after a moment stands, -1 for none. It is brought into sight once for each moment;
 * older records are read until there.
 */
export function useShownAt(at: number | null, { lines, older, loadingOlder, loadOlder, list, hold }: Shown): number {
  const reached = useRef<number | null>(null);
  const pages = useRef(0);
  const index = useMemo(() => (at === null ? -1 : lines.findIndex((line) => line.type === "log" && line.ms >= at)), [at, lines]);
  useEffect(() => {
    if (at === null || reached.current === at || lines.length === 0 || loadingOlder) return;
    if (index <= 0 && older !== null && pages.current < MOST_PAGES) {
      pages.current += 1;
      void loadOlder();
      return;
    }
    reached.current = at;
    pages.current = 0;
    hold("at the playhead");
    const place = index === -1 ? lines.length - 1 : index;
    list.current?.show(Math.max(0, place - AROUND));
    list.current?.show(Math.min(lines.length - 1, place + AROUND));
  }, [at, index, lines, older, loadingOlder, loadOlder, list, hold]);
  return index;
}
