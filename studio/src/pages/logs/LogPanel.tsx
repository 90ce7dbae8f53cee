import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { bothZones, parseMillis } from "../../base/time";
import { failureOf } from "../../data/failure";
import { logQuery } from "../../data/reads";
import type { Log } from "../../model/api";
import { levelOf } from "../../model/level";
import { attributeTerm } from "../../model/filter";
import { readValue } from "../../model/value";
import { AttributeTable } from "../../widgets/attribute-table";
import { IconButton } from "../../widgets/button";
import { CloseIcon, CopyIcon } from "../../widgets/icons";
import { JsonTree, Text } from "../../widgets/json-tree";
import { ErrorBox } from "../../widgets/states";

/** One log record, whole. The list has all of it but a very long body, which is then read by itself. */
export function LogPanel({ project, id, listed, onFilter, onClose }: {
  readonly project: string;
  readonly id: string;
  readonly listed: Log | null;
  /** Adds a term to the filter. */
  readonly onFilter: (term: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const needed = listed === null || listed.truncated;
  const { data, error, refetch } = useQuery({ ...logQuery(project, id), enabled: needed });
  const log = data ?? listed;
  return (
    <>
      <header className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="min-w-0 flex-1 truncate text-lg font-semibold">{log?.event_name ?? "Log record"}</h2>
        {log && <IconButton label="Copy JSON" onClick={() => void navigator.clipboard?.writeText(JSON.stringify(log, null, 2))}><CopyIcon /></IconButton>}
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </header>
      {error && !log && <ErrorBox failure={failureOf("The log record could not be read", error)} onRetry={() => void refetch()} />}
      {log && <Body project={project} log={log} onFilter={onFilter} />}
    </>
  );
}

function Body({ project, log, onFilter }: { readonly project: string; readonly log: Log; readonly onFilter: (term: string) => void }): ReactElement {
  const level = levelOf(log.level);
  const at = parseMillis(log.time);
  const body = readValue(log.body);
  const root = `/p/${encodeURIComponent(project)}`;
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="grid min-h-0 flex-1 content-start gap-4 overflow-auto p-3" tabIndex={0} role="group" aria-label="Log record">
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
        <Fact label="Time"><span className="font-mono" title={bothZones(at)}>{log.time}</span></Fact>
        <Fact label="Level"><span className={level.colour}>{level.label}</span>{log.severity_text !== "" && log.severity_text.toUpperCase() !== level.label && <span className="text-muted"> {log.severity_text}</span>}</Fact>
        {log.service && <Fact label="Service">{log.service}</Fact>}
        {log.scope_name && <Fact label="Scope">{log.scope_name}</Fact>}
        {log.session && <Fact label="Session">{log.session}</Fact>}
        {log.trace_id && (
          <Fact label="Trace">
            <Link className="font-mono text-accent hover:underline" href={`${root}/traces/${log.trace_id}${log.span_id ? `?span=${log.span_id}` : ""}`}>
              {log.trace_id.slice(0, 12)}{log.span_id ? ` / ${log.span_id}` : ""}
            </Link>
          </Fact>
        )}
      </dl>
      <section>
        <h3 className="pb-1 text-xs font-medium text-muted">Message</h3>
        <div className="rounded-md border border-line px-2.5 py-2 font-mono text-sm leading-5 [overflow-wrap:anywhere]">
          {typeof body === "string" ? <Text text={body} /> : <JsonTree value={body} />}
        </div>
      </section>
      <AttributeTable groups={[
        { title: "Attributes", attributes: log.attributes, onFilter: (key, value) => onFilter(attributeTerm("attr", key, value)) },
        { title: "Resource", attributes: log.resource_attributes, onFilter: (key, value) => onFilter(attributeTerm("resource", key, value)) },
      ]} />
    </div>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }): ReactElement {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
