import { useQuery } from "@tanstack/react-query";
import { type ReactElement, Suspense, lazy } from "react";
import { parseMillis } from "../../base/time";
import { newestRunQuery, serverQuery, statsQuery } from "../../data/reads";
import { parseTerms, removeTerm } from "../../model/filter";
import type { Range } from "../../model/range";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";

const Onboarding = lazy(async () => ({ default: (await import("../../widgets/onboarding")).Onboarding }));

/** Why there are no runs: none ever, none in the range, or none that the filter lets through. */
export function NoRuns({ project, q, onFilter, onRange }: {
  readonly project: string;
  readonly q: string;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement | null {
  const stats = useQuery({ ...statsQuery(project), refetchInterval: 3000 });
  const newest = useQuery({ ...newestRunQuery(project), enabled: (stats.data?.runs ?? 0) > 0 });
  const latest = newest.data?.items[0];

  if (q !== "") {
    return (
      <Empty title="No run passes this filter">
        <div className="flex flex-wrap justify-center gap-2">
          {parseTerms(q).map((term, index) => (
            <Button key={term.at} onClick={() => onFilter(removeTerm(q, index))}>Without <code>{term.text}</code></Button>
          ))}
        </div>
      </Empty>
    );
  }
  if (stats.isPending) return null;
  if ((stats.data?.runs ?? 0) === 0) return <FirstRun project={project} />;
  return (
    <Empty title="No run in this time range">
      {latest && <p>The newest one started {new Date(parseMillis(latest.started_at)).toLocaleString()}.</p>}
      {latest && (
        <Button look="primary" onClick={() => onRange({ from: new Date(parseMillis(latest.started_at) - 3_600_000).toISOString(), to: "now" })}>
          Widen to the newest data
        </Button>
      )}
    </Empty>
  );
}

/** How to send a first run to this server. */
export function FirstRun({ project }: { readonly project: string }): ReactElement {
  const server = useQuery(serverQuery());
  const endpoint = server.data?.otlp_http ?? new URL(".", document.baseURI).href.replace(/\/$/, "");
  return (
    <Suspense fallback={null}>
      <Onboarding project={project} endpoint={endpoint} guarded={server.data?.mode === "guarded"} />
    </Suspense>
  );
}
