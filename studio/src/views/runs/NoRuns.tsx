import { useQuery } from "@tanstack/react-query";
import { type ReactElement, Suspense, lazy } from "react";
import { longTime, parseMillis } from "../../base/time";
import { healthQuery, newestRunQuery, serverQuery, statsQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import { parseTerms, removeTerm } from "../../model/filter";
import type { Range } from "../../model/range";
import { Button } from "../../widgets/button";
import { Empty } from "../../widgets/states";

const Onboarding = lazy(async () => ({ default: (await import("../../widgets/onboarding")).Onboarding }));

const SHOWN_REFUSALS = 5;

/** Why there are no runs: none ever, none in the range, or none that the filter lets through. */
export function NoRuns({ project, q, onFilter, onRange }: {
  readonly project: string;
  readonly q: string;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement | null {
  const mayRead = useMay(project, "read");
  const stats = useQuery({ ...statsQuery(project), refetchInterval: 3000, enabled: mayRead });
  const newest = useQuery({ ...newestRunQuery(project), enabled: !mayRead || (stats.data?.runs ?? 0) > 0 });
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
  if (mayRead ? stats.isPending : newest.isPending) return null;
  if (!mayRead && !latest) return <Empty title="No run yet"><p>This list fills by itself when the first one starts.</p></Empty>;
  if (mayRead && (stats.data?.runs ?? 0) === 0) return <FirstRun project={project} />;
  return (
    <Empty title="No run in this time range">
      {latest && <p>The newest one started {longTime(parseMillis(latest.started_at))}.</p>}
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
  const health = useQuery({ ...healthQuery(project), refetchInterval: 3000, retry: false });
  const endpoint = server.data?.otlp_http ?? new URL(".", document.baseURI).href.replace(/\/$/, "");
  return (
    <Suspense fallback={null}>
      <Onboarding project={project} endpoint={endpoint} guarded={server.data?.mode === "guarded"} refusals={health.data?.refusals.slice(0, SHOWN_REFUSALS) ?? []} />
    </Suspense>
  );
}
