import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { samplingQuery } from "../../data/projects";
import { saySampled } from "../../model/sampling";

/** Beside a total: what is not in it because the project keeps a share of its traces. */
export function SampledNote({ project, className = "" }: { readonly project: string; readonly className?: string }): ReactElement | null {
  const { data } = useQuery(samplingQuery(project));
  const said = data ? saySampled(data) : [];
  if (said.length === 0) return null;
  return <p className={`text-sm text-warn ${className}`}>{said.join(" ")}</p>;
}
