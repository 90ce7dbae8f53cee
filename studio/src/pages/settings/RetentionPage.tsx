import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { formatBytes } from "../../base/format";
import { failureOf, refusalOf } from "../../data/failure";
import { diskQuery } from "../../data/operations";
import { projectQuery, setProject } from "../../data/projects";
import { serverQuery } from "../../data/reads";
import { useMay } from "../../data/session";
import type { Project, Server } from "../../model/api";
import { placeOf } from "../../model/link";
import { Choice, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Section } from "../../widgets/table";
import { PrivacySection } from "./PrivacySection";
import { SamplingSection } from "./SamplingSection";
import { SettingsBody, SettingsHead } from "./SettingsHead";

const MOST_DAYS = 3650;

const sayDays = (days: number): string => (days === 0 ? "for ever" : days === 1 ? "for a day" : `for ${days} days`);

/** For how long telemetry is kept, what that means, and how it is changed. */
export function RetentionPage({ project }: { readonly project: string }): ReactElement {
  const server = useQuery(serverQuery());
  const own = useQuery(projectQuery(project));
  const error = server.error ?? own.error;
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Listed
          data={server.data && own.data && { server: server.data, own: own.data }} failure={error && failureOf("The retention could not be read", error)}
          onRetry={() => void Promise.all([server.refetch(), own.refetch()])}
        >
          {(found) => <Retention key={String(found.own.retention_days)} project={project} own={found.own} server={found.server} />}
        </Listed>
        <SamplingSection project={project} />
      </SettingsBody>
    </>
  );
}

function Retention({ project, own, server }: { readonly project: string; readonly own: Project; readonly server: Server }): ReactElement {
  const mayAdmin = useMay(project, "admin");
  const days = own.retention_days ?? server.retention_days;
  return (
    <>
      <Section title="Retention">
        <p className="text-xl font-semibold">Kept {sayDays(days)}</p>
        <ul className="grid max-w-[80ch] list-disc gap-1 pl-5 text-muted">
          <li>{own.retention_days === null ? "As the server's setting says." : `This project's own; the server's setting says ${sayDays(server.retention_days)}.`}</li>
          {days > 0 && <li>Spans, logs, metrics and billing events go {days} days after they were received, whatever time they name.</li>}
          <li>With fewer days what is older is removed within a day. What came while fewer days held is not kept for longer by a later change.</li>
          <li>Rooms, agents, keys, members, prices, budgets and the audit log stay.</li>
          <Size project={project} />
        </ul>
      </Section>
      {mayAdmin && <Change project={project} own={own} server={server} />}
      {mayAdmin && <PrivacySection project={project} own={own} />}
    </>
  );
}

function Size({ project }: { readonly project: string }): ReactElement | null {
  const mayRead = useMay(project, "read");
  const disk = useQuery({ ...diskQuery(project), enabled: mayRead });
  if (!disk.data) return null;
  const own = disk.data.shares.filter((share) => share.project === project);
  const [bytes, perDay] = [own.reduce((sum, share) => sum + share.bytes, 0), own.reduce((sum, share) => sum + share.bytes_a_day, 0)];
  return <li>It takes up about {formatBytes(bytes)} now, {formatBytes(perDay)} of them from the last 24 hours. <Link href={placeOf(project, "health")} className="text-accent underline">Disk</Link></li>;
}

function Change({ project, own, server }: { readonly project: string; readonly own: Project; readonly server: Server }): ReactElement {
  const [how, setHow] = useState(own.retention_days === null ? "server" : own.retention_days === 0 ? "ever" : "days");
  const send = (fields: FormData): Promise<void> =>
    setProject(project, { retention_days: how === "server" ? null : how === "ever" ? 0 : Number(textOf(fields, "days")) });
  return (
    <Section title="Change it" note="It holds within 5 seconds. The server's own setting is retention_days of fanlight.toml, or FANLIGHT_RETENTION_DAYS.">
      <Form send={send} refusalOf={refusalOf} action="Keep so long" look="inline" className="flex max-w-xl flex-wrap items-end gap-4 *:[div[role=alert]]:w-full">
        <div className="w-72">
          <Choice label="Keep telemetry" value={how} onChange={(event) => setHow(event.target.value)}>
            <option value="server">as the server says: {sayDays(server.retention_days)}</option>
            <option value="days">for days of its own</option>
            <option value="ever">for ever</option>
          </Choice>
        </div>
        {how === "days" && <div className="w-28"><Field label="Days" name="days" type="number" required min={1} max={MOST_DAYS} step={1} defaultValue={own.retention_days || server.retention_days || 30} /></div>}
      </Form>
    </Section>
  );
}
