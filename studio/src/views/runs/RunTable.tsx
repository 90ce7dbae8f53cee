import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { failureOf, filterProblemOf, isForbidden, isMissing } from "../../data/failure";
import { serverQuery } from "../../data/reads";
import type { Range } from "../../model/range";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { FilterContext } from "../../widgets/value";
import { FirstRun, NoRuns } from "./NoRuns";
import { RUN_ROW_HEIGHT, RunList } from "./RunList";
import { type RunListState, useRunList } from "./useRunList";

/** The runs that a filter and a range leave, live, in each of the states that the list can be in. */
export function RunTable({ project, q, range, held = false, empty, onFilter, onRange }: {
  readonly project: string;
  readonly q: string;
  readonly range: Range;
  /** While true new runs wait to be let in. */
  readonly held?: boolean;
  /** What stands where there are none; without it why, and how to widen the filter or the range. */
  readonly empty?: ReactNode;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement {
  const list = useRunList(project, q, range, held);
  return <RunTableOf project={project} list={list} empty={empty} onFilter={onFilter} onRange={onRange} />;
}

/** The same for whoever holds the list, to say elsewhere what is in it. */
export function RunTableOf({ project, list, empty, onFilter, onRange }: {
  readonly project: string;
  readonly list: RunListState;
  readonly empty?: ReactNode;
  readonly onFilter: (q: string) => void;
  readonly onRange: (range: Range) => void;
}): ReactElement {
  const { query, runs, q } = list;
  const problem = filterProblemOf(query.error, q);
  if (query.error && problem === null && query.data === undefined) {
    return <Failed project={project} error={query.error} onRetry={() => void list.reread()} />;
  }
  if (query.isPending && problem === null) return <SkeletonRows count={16} height={RUN_ROW_HEIGHT} />;
  if (runs.length > 0) return <FilterContext value={{ line: q, onChange: onFilter }}><RunList project={project} list={list} dimmed={problem !== null} /></FilterContext>;
  if (problem !== null) return <Empty title="This filter cannot be read"><p>{problem.message}</p></Empty>;
  return <>{empty ?? <NoRuns project={project} q={q} onFilter={onFilter} onRange={onRange} />}</>;
}

function Failed({ project, error, onRetry }: {
  readonly project: string;
  readonly error: Error;
  readonly onRetry: () => void;
}): ReactElement {
  const server = useQuery(serverQuery());
  if (isMissing(error) && server.data?.mode === "local") return <FirstRun project={project} />;
  if (isForbidden(error) || isMissing(error)) {
    return <Empty title="You may not see this project"><p>Ask its owner to add you, or switch to another project above.</p></Empty>;
  }
  return <ErrorBox failure={failureOf("The runs could not be read", error)} onRetry={onRetry} />;
}
