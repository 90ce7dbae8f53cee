import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { formatBytes, formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { diskQuery } from "../../data/operations";
import { serverQuery } from "../../data/reads";
import type { Disk, DiskShare } from "../../model/api";
import { byProject, diskCsv, lasting } from "../../model/disk";
import { placeOf } from "../../model/link";
import { CsvButton } from "../../widgets/csv-button";
import { Figure, Figures } from "../../widgets/figures";
import { Listed } from "../../widgets/listed";
import { Name } from "../../widgets/name";
import { Section, Table } from "../../widgets/table";

const COLOURS: Readonly<Record<DiskShare["signal"], string>> = { traces: "var(--series-1)", logs: "var(--series-2)", metrics: "var(--series-3)" };
const SIGNALS = ["traces", "logs", "metrics"] as const;

/** What is on disk, by project and signal, and how long the disk lasts. */
export function DiskSection({ project }: { readonly project: string }): ReactElement {
  const disk = useQuery(diskQuery(project));
  return (
    <Section title="Disk" note="Tables hold the rows of all projects together: a project's part is told by its number of rows.">
      <Listed data={disk.data} failure={disk.error && failureOf("What is on disk could not be read", disk.error)} onRetry={() => void disk.refetch()}>
        {(found) => (
          <div className="grid gap-4">
            <Totals project={project} disk={found} />
            {found.shares.length === 0 ? <p className="text-muted">Nothing is stored yet.</p> : <Projects project={project} disk={found} />}
          </div>
        )}
      </Listed>
    </Section>
  );
}

function Totals({ project, disk }: { readonly project: string; readonly disk: Disk }): ReactElement | null {
  const server = useQuery(serverQuery());
  if (disk.bytes === null || disk.free_bytes === null) return null;
  const days = server.data?.retention_days ?? 0;
  const { text, isNear } = lasting(disk, days);
  const perDay = disk.shares.reduce((sum, { bytes_a_day }) => sum + bytes_a_day, 0);
  return (
    <Figures>
      <Figure label="Stored" note="compressed">{formatBytes(disk.bytes)}</Figure>
      <Figure label="In the last 24 hours">{formatBytes(perDay)}</Figure>
      <Figure label="Free" note={disk.total_bytes === null ? undefined : `of ${formatBytes(disk.total_bytes)}`}>{formatBytes(disk.free_bytes)}</Figure>
      <Figure label="The disk" note={<Link href={placeOf(project, "settings/retention")} className="text-accent hover:underline">{days > 0 ? `kept for ${days} days` : "kept for ever"}</Link>}>
        <span className={`text-base font-medium ${isNear ? "text-error" : ""}`}>{text}</span>
      </Figure>
    </Figures>
  );
}

function Projects({ project, disk }: { readonly project: string; readonly disk: Disk }): ReactElement {
  const projects = byProject(disk.shares);
  const most = Math.max(1, ...projects.map(({ bytes }) => bytes));
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-4 text-sm text-muted">
        {SIGNALS.map((signal) => <span key={signal} className="flex items-center gap-1.5"><span className="size-2.5 rounded-[2px]" style={{ background: COLOURS[signal] }} aria-hidden="true" />{signal}</span>)}
        <span className="flex-1" />
        <CsvButton name={`${project}-disk`} text={() => diskCsv(disk.shares)} />
      </div>
      <Table label="Disk by project" columns={["Project", "", "Traces", "Logs", "Metrics", "Together", "A day"]}>
        {projects.map((each) => (
          <tr key={each.project ?? "\0"}>
            <th scope="row" className="text-base! font-medium! text-fg!">{each.project === null ? <span className="text-muted italic">projects of others</span> : <Name text={each.project} />}</th>
            <td className="w-64">
              <span className="flex h-2 overflow-hidden rounded-full" aria-hidden="true" style={{ width: `${Math.max(1, (each.bytes / most) * 100)}%` }}>
                {each.shares.map(({ signal, bytes }) => <span key={signal} style={{ background: COLOURS[signal], flexGrow: bytes }} />)}
              </span>
            </td>
            {SIGNALS.map((signal) => <Share key={signal} of={each.shares.find((share) => share.signal === signal)} />)}
            <td className="font-medium">{formatBytes(each.bytes)}</td>
            <td className="text-muted">{formatBytes(each.perDay)}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Share({ of }: { readonly of: DiskShare | undefined }): ReactElement {
  if (!of) return <td className="text-muted">–</td>;
  return <td title={`${formatWhole(of.rows)} rows`}>{formatBytes(of.bytes)}</td>;
}
