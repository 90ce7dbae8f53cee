import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { bothZones, parseMillis } from "../../base/time";
import { failureOf } from "../../data/failure";
import { logQuery } from "../../data/logs";
import type { Log } from "../../model/api";
import { attributeTerm, quoteValue } from "../../model/filter";
import { DEVELOPER_LOG, happeningOf } from "../../model/happening";
import { levelOf } from "../../model/level";
import { roomHref } from "../../model/rooms";
import { sessionHref } from "../../model/sessions";
import { readValue } from "../../model/value";
import { AttributeTable } from "../../widgets/attribute-table";
import { IconButton } from "../../widgets/button";
import { CloseIcon, CopyIcon } from "../../widgets/icons";
import { Name, Visible, WholeName } from "../../widgets/name";
import { JsonTree } from "../../widgets/json-tree";
import { Text } from "../../widgets/text";
import { ErrorBox } from "../../widgets/states";
import { Deeds } from "../../widgets/value";

/** One log record, whole. The list has all of it but a very long body, which is then read by itself. */
export function LogPanel({ project, id, listed, onClose }: {
  readonly project: string;
  readonly id: string;
  readonly listed: Log | null;
  readonly onClose: () => void;
}): ReactElement {
  // The stream brings developer logs and room events without what they were sent with.
  const isBare = listed !== null && listed.event_name !== null && listed.resource_attributes.length === 0;
  const needed = listed === null || listed.truncated || isBare;
  const { data, error, refetch } = useQuery({ ...logQuery(project, id), enabled: needed });
  const log = data ?? listed;
  return (
    <>
      <header className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="min-w-0 flex-1 truncate text-lg font-semibold">{log ? <Name text={titleOf(log)} /> : "Log record"}</h2>
        {log && <IconButton label="Copy JSON" onClick={() => void navigator.clipboard?.writeText(JSON.stringify(log, null, 2))}><CopyIcon /></IconButton>}
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </header>
      {error && !log && <ErrorBox failure={failureOf("The log record could not be read", error)} onRetry={() => void refetch()} />}
      {log && <Body project={project} log={log} />}
    </>
  );
}

function titleOf(log: Log): string {
  return happeningOf(log)?.text ?? (log.event_name === DEVELOPER_LOG ? `Developer log: ${log.severity_text}` : (log.event_name ?? "Log record"));
}

function Body({ project, log }: { readonly project: string; readonly log: Log }): ReactElement {
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
        <Fact label="Level" {...(log.level === null ? {} : { term: `level:${log.level}` })}><span className={level.colour}>{level.label}</span>{log.severity_text !== "" && log.severity_text.toUpperCase() !== level.label && <span className="text-muted"> {log.severity_text}</span>}</Fact>
        {log.service && <Fact label="Service" term={`service:${quoteValue(log.service)}`}><WholeName text={log.service} /></Fact>}
        {log.scope_name && <Fact label="Scope"><WholeName text={log.scope_name} /></Fact>}
        {log.room && <Fact label="Room" term={`room:${quoteValue(log.room)}`}><Link className="text-accent hover:underline" href={roomHref(project, log.room)}><Visible line text={log.room} /></Link></Fact>}
        {log.session && <Fact label="Session" term={`session:${quoteValue(log.session)}`}><Link className="text-accent hover:underline" href={sessionHref(project, log.session)}><Visible line text={log.session} /></Link></Fact>}
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
        { title: "Attributes", attributes: log.attributes, termOf: (key, value) => attributeTerm("attr", key, value) },
        { title: "Resource", attributes: log.resource_attributes, termOf: (key, value) => attributeTerm("resource", key, value) },
      ]} />
    </div>
  );
}

/** `term` is what lets it alone through the filter, with the buttons that do. */
function Fact({ label, term, children }: { readonly label: string; readonly term?: string; readonly children: React.ReactNode }): ReactElement {
  return (
    <div className="group/fact">
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="flex items-center gap-1">
        <span className="min-w-0 [overflow-wrap:anywhere]">{children}</span>
        {term !== undefined && <Deeds term={term} className="rounded opacity-0 group-focus-within/fact:opacity-100 group-hover/fact:opacity-100" />}
      </dd>
    </div>
  );
}
