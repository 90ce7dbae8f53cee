import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import { parseMillis, shortTime } from "../../base/time";
import { newestLogQuery } from "../../data/logs";
import { parseTerms, removeTerm } from "../../model/filter";
import type { LogSource } from "../../model/log-source";
import type { Range } from "../../model/range";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";

const AROUND_MS = 30 * 60_000;

/** Why there are no log records: none ever, none in the range, or none that the filter lets through. */
export function NoRecord({ project, source, q, never, onFilter, onRange }: {
  readonly project: string;
  readonly source: LogSource;
  readonly q: string;
  /** What stands where the source never had a record. */
  readonly never: ReactNode;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement | null {
  const newest = useQuery({ ...newestLogQuery(project, source), refetchInterval: 3000 });
  const [now] = useState(() => Date.now());
  const back = <Button onClick={() => onRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>;
  if (q !== "") {
    return (
      <Empty title="No record passes this filter">
        <div className="flex flex-wrap justify-center gap-2">
          {parseTerms(q).map((term, index) => (
            <Button key={term.at} onClick={() => onFilter(removeTerm(q, index))}>Without <code>{term.text}</code></Button>
          ))}
          {back}
        </div>
      </Empty>
    );
  }
  if (newest.data === undefined) return null;
  if (newest.data === null) return <>{never}</>;
  const at = parseMillis(newest.data.time);
  const around = { from: new Date(at - AROUND_MS).toISOString(), to: new Date(at + 1).toISOString() };
  return (
    <Empty title="No record in this time range">
      <div className="flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={() => onRange(around)}>Show the newest, of {shortTime(at, now)}</Button>
        {back}
      </div>
    </Empty>
  );
}
