import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { statsQuery } from "../../data/reads";
import { parseTerms, removeTerm } from "../../model/filter";
import type { Range } from "../../model/range";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";

/** Why there are no log records: none ever, none in the range, or none that the filter lets through. */
export function NoLogs({ project, q, onFilter, onRange }: {
  readonly project: string;
  readonly q: string;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement | null {
  const stats = useQuery({ ...statsQuery(project), refetchInterval: 3000 });
  if (q !== "") {
    return (
      <Empty title="No record passes this filter">
        <div className="flex flex-wrap justify-center gap-2">
          {parseTerms(q).map((term, index) => (
            <Button key={term.at} onClick={() => onFilter(removeTerm(q, index))}>Without <code>{term.text}</code></Button>
          ))}
          <Button onClick={() => onRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>
        </div>
      </Empty>
    );
  }
  if (stats.isPending) return null;
  if ((stats.data?.logs ?? 0) === 0) {
    return (
      <Empty title="No logs yet">
        <p>Fanlight takes OTLP logs at the same address as traces. With Python's logging, the OpenTelemetry handler sends each record, bound to the span it was written in; whatever arrives stands here at once.</p>
      </Empty>
    );
  }
  return (
    <Empty title="No record in this time range">
      <Button look="primary" onClick={() => onRange({ from: "now-30d", to: "now" })}>Look back 30 days</Button>
    </Empty>
  );
}
