import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { failureOf } from "../../data/failure";
import { healthQuery, serverQuery } from "../../data/reads";
import type { DiskRoom } from "../../model/api";
import { shortage } from "../../model/disk";
import { Listed } from "../../widgets/listed";
import { PageHead } from "../../widgets/page-head";
import { Section } from "../../widgets/table";
import { DiskSection } from "./DiskSection";
import { Equations } from "./Equations";
import { ExporterSection } from "./ExporterSection";
import { LimitSection } from "./LimitSection";
import { Refusals } from "./Refusals";

const REREAD_MS = 5000;

/** What became of what was sent, what was not taken and why, and how the server fares. */
export function HealthPage({ project }: { readonly project: string }): ReactElement {
  const health = useQuery({ ...healthQuery(project), refetchInterval: REREAD_MS });
  return (
    <>
      <PageHead title={<h1 className="text-lg font-semibold">Health</h1>}>
        <Readers />
      </PageHead>
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="grid max-w-6xl gap-8 px-6 py-5">
          {health.data?.disk && <Shortage disk={health.data.disk} />}
          <Section title="Received" note="Spans, log records and metric points since the server started, of all of its projects. Whatever arrived is somewhere: each line adds up.">
            <Listed data={health.data} failure={health.error && failureOf("The ledger could not be read", health.error)} onRetry={() => void health.refetch()}>
              {(ledger) => <Equations ledger={ledger} />}
            </Listed>
          </Section>
          {health.data && <Refusals ledger={health.data} project={project} />}
          <LimitSection project={project} rereadMs={REREAD_MS} />
          <ExporterSection project={project} />
          <DiskSection project={project} />
        </div>
      </div>
    </>
  );
}

function Shortage({ disk }: { readonly disk: DiskRoom }): ReactElement | null {
  const text = shortage(disk);
  return text === null ? null : <p role="alert" className="rounded-md bg-error-wash px-4 py-2 text-error">{text}</p>;
}

/** How many streams are open: browsers, agents, command lines that follow along. */
function Readers(): ReactElement | null {
  const { data } = useQuery({ ...serverQuery(), refetchInterval: REREAD_MS });
  if (!data) return null;
  return <span className="text-muted" title="Browsers, agents and command lines that follow what happens">{data.readers} {data.readers === 1 ? "stream" : "streams"} open · Fanlight {data.version}</span>;
}
