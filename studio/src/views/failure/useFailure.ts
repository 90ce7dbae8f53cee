import { useQuery } from "@tanstack/react-query";
import { failureQuery } from "../../data/reads";
import type { Failure, Run } from "../../model/api";

/** Why a run failed, as far as it can be told: asked once it is over, and again when more of it arrives. */
export function useFailure(project: string, run: Run | null): { readonly failure: Failure | null; readonly error: Error | null; readonly refetch: () => unknown } {
  const version = run ? `${run.status} ${run.ended_at} ${run.span_count}` : "";
  const { data, error, refetch } = useQuery({
    ...failureQuery(project, run?.id ?? "", version),
    enabled: run !== null && run.status !== "running",
    placeholderData: (before) => (before && before.run_id === run?.id ? before : undefined),
  });
  return { failure: data ?? null, error, refetch };
}
