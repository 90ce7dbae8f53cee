import { useQuery } from "@tanstack/react-query";
import { Fragment, type ReactElement, type ReactNode } from "react";
import { formatBytes } from "../../base/format";
import { failureOf, refusalOf } from "../../data/failure";
import { projectQuery, setProject } from "../../data/projects";
import { serverQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import type { Project, Server } from "../../model/api";
import { Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Moment, Section } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

/** What the project is called, and what of the server it lives on matters to it. */
export function GeneralPage({ project }: { readonly project: string }): ReactElement {
  const own = useQuery(projectQuery(project));
  const server = useQuery(serverQuery());
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Listed data={own.data} failure={own.error && failureOf("The project could not be read", own.error)} onRetry={() => void own.refetch()}>
          {(found) => <Naming key={found.display_name} project={found} />}
        </Listed>
        <Listed data={server.data} failure={server.error && failureOf("The server could not be read", server.error)} onRetry={() => void server.refetch()}>
          {(found) => <OfServer server={found} />}
        </Listed>
      </SettingsBody>
    </>
  );
}

function Naming({ project }: { readonly project: Project }): ReactElement {
  const mayAdmin = useMay(project.name, "admin");
  const send = (fields: FormData): Promise<void> => setProject(project.name, { display_name: textOf(fields, "display_name").trim() });
  return (
    <Section title="Project" note={<>Its name in addresses, keys and telemetry is <code className="font-mono text-fg">{project.name}</code> for ever; people read what stands below. Made <Moment at={project.created_at} />.</>}>
      {mayAdmin ? (
        <Form send={send} refusalOf={refusalOf} action="Save" look="inline" className="flex max-w-xl flex-wrap items-end gap-4 *:[div[role=alert]]:w-full">
          <div className="w-80"><Field label="Shown as" name="display_name" required maxLength={200} autoComplete="off" defaultValue={project.display_name} /></div>
        </Form>
      ) : <p>{project.display_name}</p>}
    </Section>
  );
}

function OfServer({ server }: { readonly server: Server }): ReactElement {
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["Version", server.version],
    ["Access", server.mode === "local" ? "local: whoever reaches it may do everything" : "guarded: by login and keys"],
    ["OTLP over HTTP", server.otlp_http ?? "off; this port takes it too"],
    ["OTLP over gRPC", server.otlp_grpc ?? "off"],
    ["Largest request", `${formatBytes(server.max_body_bytes)} after decompression`],
  ];
  return (
    <Section title="Server" note="What holds for all of its projects: when a room's session counts as idle, what is a loop, how large requests may be. It is set where the server starts.">
      <dl className="grid max-w-2xl grid-cols-[160px_minmax(0,1fr)] gap-y-1.5">
        {facts.map(([name, value]) => <Fragment key={name}><dt className="text-muted">{name}</dt><dd className="[overflow-wrap:anywhere]">{value}</dd></Fragment>)}
      </dl>
      <pre className="max-w-2xl overflow-x-auto rounded-lg border border-line bg-surface p-4 font-mono text-sm">
        {"# every setting with its value, and where that comes from\nfanlight config\n\n# for example a longer idle time of sessions\nFANLIGHT_SESSION_IDLE_S=1800 fanlight serve"}
      </pre>
      <p className="max-w-[80ch] text-muted">An agent sends the content of messages where its instrumentation is told to. What of it is masked or left out here, and how much is kept, stands under Retention.</p>
    </Section>
  );
}
