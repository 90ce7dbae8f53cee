import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { formatWhole } from "../../base/format";
import { auditQuery, verifyAudit } from "../../data/access";
import { failureOf, refusalOf } from "../../data/failure";
import { useMayOnServer } from "../../data/session";
import { auditCsv } from "../../model/access";
import type { AuditEntry, Verification } from "../../model/api";
import { Button } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { type Refusal, RefusalLine } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { Moment, Section, Table } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

/** Who did what: in a project, or with `project` null on the server. */
export function AuditPage({ project }: { readonly project: string | null }): ReactElement {
  const audit = useInfiniteQuery(auditQuery(project));
  const mayVerify = useMayOnServer("server");
  const entries = audit.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Section
          title="Audit log" note="What was done, newest first. Each entry holds the hash of the one before it: whoever changes one breaks the chain."
          action={entries && <CsvButton name={`${project ?? "server"}-audit`} text={() => auditCsv(entries)} label={audit.hasNextPage ? "CSV of those shown" : "CSV"} />}
        >
          {mayVerify && <Verify />}
          <Listed data={entries} failure={audit.error && failureOf("The audit log could not be read", audit.error)} onRetry={() => void audit.refetch()}>
            {(items) => items.length === 0 ? <p className="text-muted">Nothing was done yet that is noted here.</p> : (
              <Table label="Audit log" columns={["#", "When", "Who", "What", "To what", "From", "Detail"]}>
                {items.map((entry) => <Line key={entry.seq} entry={entry} inProject={project !== null} />)}
              </Table>
            )}
          </Listed>
          {audit.hasNextPage && (
            <div><Button disabled={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>{audit.isFetchingNextPage ? "Loading…" : "Load older entries"}</Button></div>
          )}
        </Section>
      </SettingsBody>
    </>
  );
}

function Line({ entry, inProject }: { readonly entry: AuditEntry; readonly inProject: boolean }): ReactElement {
  const detail = Object.entries(entry.detail).map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
  return (
    <tr title={`hash ${entry.hash}`}>
      <td className="font-mono text-xs text-muted">{formatWhole(entry.seq)}</td>
      <td><Moment at={entry.at} /></td>
      <td className="min-w-36 [overflow-wrap:anywhere]"><Visible line text={entry.actor} /></td>
      <td className={`font-medium whitespace-nowrap ${entry.action.endsWith(".refused") ? "text-error" : ""}`}>{entry.action}</td>
      <td className="min-w-40 [overflow-wrap:anywhere]">{!inProject && entry.project && <span className="text-muted">{entry.project} / </span>}<Visible line text={entry.target} /></td>
      <td className="font-mono text-xs text-muted">{entry.address}</td>
      <td className="min-w-32 text-sm text-muted [overflow-wrap:anywhere]"><Visible line text={detail} /></td>
    </tr>
  );
}

function Verify(): ReactElement {
  const [found, setFound] = useState<Verification | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const verify = async (): Promise<void> => {
    setRefusal(null);
    try {
      setFound(await verifyAudit());
    } catch (error) {
      setRefusal(refusalOf(error));
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button onClick={() => void verify()}>Verify the chain</Button>
      <p role="status" className={found?.broken_at === null ? "text-ok" : "text-error"}>
        {found?.broken_at === null && `✓ The chain holds: ${formatWhole(found.entries)} entries, newest ${found.newest_hash.slice(0, 12)}…`}
        {found && found.broken_at !== null && `✗ The chain is broken at entry ${found.broken_at}: it, or one before it, was changed.`}
      </p>
      <RefusalLine refusal={refusal} />
    </div>
  );
}
