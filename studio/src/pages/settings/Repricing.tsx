import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { Link } from "wouter";
import { formatWhole, plural } from "../../base/format";
import { refusalOf } from "../../data/failure";
import { reprice, repricingQuery } from "../../data/prices";
import type { RepriceProgress } from "../../model/api";
import { placeOf } from "../../model/link";
import { doneShare } from "../../model/prices";
import { Choice, Form, textOf } from "../../widgets/form";
import { Section } from "../../widgets/table";

const SINCE: readonly { readonly from: string; readonly label: string }[] = [
  { from: "now-24h", label: "the last 24 hours" },
  { from: "now-7d", label: "the last 7 days" },
  { from: "now-30d", label: "the last 30 days" },
  { from: "", label: "everything that is stored" },
];

/** Computes the costs of stored spans anew, and tells how far it is. */
export function Repricing({ project }: { readonly project: string }): ReactElement {
  const [job, setJob] = useState<string | null>(null);
  const send = async (fields: FormData): Promise<void> => setJob((await reprice(project, textOf(fields, "from"))).job);
  return (
    <Section title="Apply to what is stored" note="Costs are computed anew by the prices of now, and with them the sums of runs, usage and budgets. It can be repeated; what an instrumentation reported itself stays.">
      <Form send={send} refusalOf={refusalOf} action="Compute costs anew" look="inline" className="flex max-w-xl flex-wrap items-end gap-4 *:[div[role=alert]]:w-full">
        <div className="w-64"><Choice label="Of" name="from" defaultValue="now-7d">{SINCE.map(({ from, label }) => <option key={from} value={from}>{label}</option>)}</Choice></div>
      </Form>
      {job !== null && <Progress key={job} project={project} job={job} />}
    </Section>
  );
}

function Progress({ project, job }: { readonly project: string; readonly job: string }): ReactElement {
  const { data } = useQuery(repricingQuery(project, job));
  const client = useQueryClient();
  const isDone = data?.state === "done";
  useEffect(() => {
    // What was read before has the old costs.
    if (isDone) for (const key of ["usage", "runs", "revenue", "overview", "agents", "budgets"]) void client.invalidateQueries({ queryKey: [key, project] });
  }, [client, isDone, project]);
  const share = data ? doneShare(data) : 0;
  return (
    <div className="grid max-w-xl gap-2">
      <div className="h-1.5 overflow-hidden rounded-full bg-soft" role="progressbar" aria-label="Computing costs anew" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
        <div className={`h-full ${data?.state === "failed" ? "bg-error-fill" : "bg-accent"}`} style={{ width: `${share * 100}%` }} />
      </div>
      <p role="status">{data ? say(data) : "Asking…"} {isDone && <Link href={placeOf(project, "usage/cost")} className="text-accent underline">See the costs</Link>}</p>
    </div>
  );
}

function say({ state, days, days_done, spans, runs, error }: RepriceProgress): string {
  if (state === "waiting") return "Waiting for another one to end…";
  if (state === "failed") return `It failed: ${error ?? "the server's log says why"}. What was done stays; start it again.`;
  const done = `${plural(spans, "span")} ${spans === 1 ? "has" : "have"} another cost now, ${plural(runs, "run")} looked at`;
  return state === "done" ? `✓ Done: ${done}.` : `Day ${formatWhole(Math.min(days, days_done + 1))} of ${formatWhole(days)}: ${done}.`;
}
