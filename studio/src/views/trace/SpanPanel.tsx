import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useState } from "react";
import { Link } from "wouter";
import { formatCount, formatMoney } from "../../base/format";
import { clockTime, formatDuration, parseMillis } from "../../base/time";
import { failureOf } from "../../data/failure";
import { apiUrl, projectPath } from "../../data/http";
import { spanQuery } from "../../data/reads";
import type { Span, SpanFields } from "../../model/api";
import { asCurl, asJson, spanAsFixture, spanForLlm } from "../../model/copy-as";
import type { CriticalPath } from "../../model/critical-path";
import { hasContent } from "../../model/content";
import { quoteValue } from "../../model/filter";
import { kindOf, messageOf } from "../../model/kinds";
import { selfOf } from "../../model/sums";
import type { Tree } from "../../model/tree";
import { cutAt } from "../../model/visible";
import { AttributeTable } from "../../widgets/attribute-table";
import { IconButton } from "../../widgets/button";
import { CloseIcon, CopyIcon } from "../../widgets/icons";
import { JsonView } from "../../widgets/json-view";
import { useKeys } from "../../widgets/keys";
import { Menu, MenuButton } from "../../widgets/menu";
import { Name, Visible, WholeName } from "../../widgets/name";
import { ErrorBox } from "../../widgets/states";
import { Text } from "../../widgets/text";
import { type Tab, Tabs } from "../../widgets/tabs";
import { SpanContent } from "../content/SpanContent";
import { SpanCost } from "./SpanCost";

/** One span. Its head is known from the trace and stands at once; the rest follows when it is read. */
export function SpanPanel({ project, traceId, tree, at, path, onChoose, onClose }: {
  readonly project: string;
  readonly traceId: string;
  readonly tree: Tree;
  readonly at: number;
  /** The critical path, while it is shown. */
  readonly path: CriticalPath | null;
  readonly onChoose: (at: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const fields = tree.spans[at] as SpanFields;
  const { data: span, error, refetch } = useQuery(spanQuery(project, traceId, fields.span_id));
  // A span that has ended meanwhile has more to tell.
  useEffect(() => {
    if (span && span.state !== fields.state) void refetch();
  }, [span, fields.state, refetch]);
  return (
    <>
      <Head project={project} traceId={traceId} fields={fields} tree={tree} at={at} path={path} span={span} onChoose={onChoose} onClose={onClose} />
      {error && !span && <ErrorBox failure={failureOf("The span could not be read", error)} onRetry={() => void refetch()} />}
      {!error && !span && <Skeleton />}
      {span && <Body project={project} span={span} />}
    </>
  );
}

function Head({ project, traceId, fields, tree, at, path, span, onChoose, onClose }: {
  readonly project: string;
  readonly traceId: string;
  readonly fields: SpanFields;
  readonly tree: Tree;
  readonly at: number;
  readonly path: CriticalPath | null;
  readonly span: Span | undefined;
  readonly onChoose: (at: number) => void;
  readonly onClose: () => void;
}): ReactElement {
  const kind = kindOf(fields.kind);
  const failed = fields.status === "error";
  // A third word is the field of runs that a click on the value filters by.
  const facts: [label: string, value: string | null, field?: string][] = [
    ["Kind", kind.label],
    ["Duration", fields.duration_ns === null ? fields.state : formatDuration(fields.duration_ns)],
    ["Self", fields.duration_ns === null || tree.end[at] === at + 1 ? null : formatDuration(selfOf(tree, at))],
    ["Critical path", path && pathShare(path, at)],
    ["Start", `+${formatDuration(fields.start_ns - tree.startNs)}`],
    ["Model", fields.model, "model"],
    ["Tool", fields.tool, "tool"],
    ["Agent", fields.agent, "agent"],
    ["Service", fields.service, "service"],
    ["Tokens in / out", fields.tokens_input === null && fields.tokens_output === null ? null : `${formatCount(fields.tokens_input)} / ${formatCount(fields.tokens_output)}`],
    ["Cost", costOf(fields, span)],
    ["Session", span?.session ?? null, "session"],
    ["User", span?.user ?? null, "user"],
    ["First token", typeof span?.first_token_ns === "number" ? formatDuration(span.first_token_ns) : null],
    ["Finish", span?.finish_reason ?? null],
  ];
  return (
    <header className="shrink-0 px-3 pt-2 pb-2">
      <div className="flex items-center gap-2">
        <span style={{ color: `var(${kind.colour})` }} aria-hidden="true">{kind.glyph}</span>
        <h2 className="max-h-40 min-w-0 flex-1 overflow-auto text-lg font-semibold [overflow-wrap:anywhere]"><WholeName text={fields.name} /></h2>
        <CopyMenu project={project} fields={fields} traceId={traceId} tree={tree} at={at} span={span} />
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </div>
      <Breadcrumb tree={tree} at={at} onChoose={onChoose} />
      {failed && (
        <p className="mt-1.5 max-h-24 overflow-auto rounded bg-error-wash px-2 py-1 text-sm text-error [overflow-wrap:anywhere]">
          ✗ <Text text={[fields.error_type, messageOf(fields.error_type, span?.status_message ?? "")].filter(Boolean).join(": ") || "This span failed without saying why."} />
        </p>
      )}
      <dl className="flex flex-wrap gap-x-5 gap-y-1 pt-2 text-sm">
        {facts.map(([label, value, field]) => value !== null && (
          <div key={label}>
            <dt className="text-xs text-muted">{label}</dt>
            <dd>
              {field === undefined ? <Name text={value} className="block max-w-64 truncate" /> : (
                <Link title={`Runs with this ${field}`} className="block max-w-64 truncate hover:text-accent hover:underline" href={`/p/${encodeURIComponent(project)}/runs?q=${encodeURIComponent(`${field}:${quoteValue(value)}`)}`}><Visible line text={cutAt(value, 300)} /></Link>
              )}
            </dd>
          </div>
        ))}
        <div>
          <dt className="text-xs text-muted">Logs</dt>
          <dd><Link className="text-accent hover:underline" href={`/p/${encodeURIComponent(project)}/logs?q=${encodeURIComponent(`trace:${traceId} span:${fields.span_id}`)}&from=now-30d`}>of this span</Link></dd>
        </div>
      </dl>
    </header>
  );
}

/** A span as text for somewhere else. */
function CopyMenu({ project, traceId, fields, tree, at, span }: {
  readonly project: string;
  readonly traceId: string;
  readonly fields: SpanFields;
  readonly tree: Tree;
  readonly at: number;
  readonly span: Span | undefined;
}): ReactElement {
  const address = apiUrl(projectPath(project, `traces/${traceId}/spans/${fields.span_id}`)).href;
  const above = aboveOf(tree, at).map((parent) => tree.spans[parent]?.name ?? "");
  const choices: [label: string, text: (() => string) | null][] = [
    ["Copy the span's id", () => fields.span_id],
    ["Copy as JSON", span ? () => asJson(span) : null],
    ["Copy as cURL", () => asCurl(address)],
    ["Copy for an LLM", span ? () => spanForLlm(span, above) : null],
    ["Copy as test fixture", span ? () => spanAsFixture(span) : null],
  ];
  useKeys("Span", [
    { keys: "c j", label: "Copy as JSON", run: () => span && copyText(asJson(span)) },
    { keys: "c u", label: "Copy as cURL", run: () => copyText(asCurl(address)) },
  ]);
  return (
    <Menu label={<CopyIcon />} title="Copy this span" align="right">
      {choices.map(([label, text]) => text && <MenuButton key={label} onClick={() => copyText(text())}>{label}</MenuButton>)}
    </Menu>
  );
}

const copyText = (text: string): void => void navigator.clipboard?.writeText(text);

/** Positions of the spans over one, outermost first. */
function aboveOf(tree: Tree, at: number): readonly number[] {
  const above: number[] = [];
  for (let parent = tree.parent[at] ?? -1; parent !== -1; parent = tree.parent[parent] ?? -1) above.push(parent);
  return above.toReversed();
}

/** What a span alone answers for of the critical path. */
function pathShare({ own, totalNs }: CriticalPath, at: number): string {
  const ns = own.get(at);
  return ns === undefined ? "not on it" : `${formatDuration(ns)}, ${Math.round((ns / totalNs) * 100)} % of the trace`;
}

/** What a span cost, or why nobody knows: never a zero for what could not be priced. */
function costOf(fields: SpanFields, span: Span | undefined): string | null {
  const amount = span?.cost?.amount ?? fields.cost;
  if (amount !== null) return formatMoney(amount);
  return span?.cost?.unpriced ? `unpriced: ${span.cost.unpriced.replaceAll("_", " ")}` : null;
}

/** The way down to a span; deep traces are not indented without end, so this tells where one is. */
function Breadcrumb({ tree, at, onChoose }: { readonly tree: Tree; readonly at: number; readonly onChoose: (at: number) => void }): ReactElement | null {
  const above = aboveOf(tree, at);
  if (above.length === 0) return null;
  const shown = above.length > 3 ? above.slice(-2) : above;
  return (
    <nav aria-label="Parents" className="flex min-w-0 items-center gap-1 overflow-hidden text-xs text-muted">
      {above.length > 3 && <span className="shrink-0">{above.length} levels ›</span>}
      {shown.map((parent) => (
        <span key={parent} className="flex min-w-0 items-center gap-1">
          <button type="button" className="min-h-6 truncate hover:text-fg hover:underline" onClick={() => onChoose(parent)}><Visible line text={cutAt(tree.spans[parent]?.name ?? "", 300)} /></button>
          <span aria-hidden="true">›</span>
        </span>
      ))}
    </nav>
  );
}

function Body({ project, span }: { readonly project: string; readonly span: Span }): ReactElement {
  const content = span.content !== null && hasContent(span.content) ? span.content : null;
  const cost = span.cost !== null && (span.cost.amount !== null || span.cost.unpriced) ? span.cost : null;
  const isChat = span.kind === "llm" || span.kind === "agent";
  const tabs: Tab[] = [
    ...(content ? [{ name: "content", label: isChat ? "Messages" : "Input / output" }] : []),
    { name: "attributes", label: "Attributes", count: span.attributes.length },
    ...(span.events.length > 0 ? [{ name: "events", label: "Events", count: span.events.length }] : []),
    ...(span.links.length > 0 ? [{ name: "links", label: "Links", count: span.links.length }] : []),
    ...(cost ? [{ name: "cost", label: "Cost" }] : []),
    { name: "raw", label: "Raw" },
  ];
  const [wanted, setWanted] = useState<string | null>(null);
  const first = tabs[0]?.name ?? "attributes";
  const chosen = tabs.some(({ name }) => name === wanted) && wanted !== null ? wanted : first;
  return (
    <Tabs label="Parts of the span" tabs={tabs} chosen={chosen} onChoose={setWanted}>
      {chosen === "content" && content && <SpanContent content={content} attributes={span.attributes} />}
      {chosen === "attributes" && <Attributes span={span} />}
      {chosen === "events" && <Events span={span} />}
      {chosen === "links" && <Links project={project} span={span} />}
      {chosen === "cost" && cost && <SpanCost span={span} cost={cost} />}
      {chosen === "raw" && <Raw span={span} />}
    </Tabs>
  );
}

function Attributes({ span }: { readonly span: Span }): ReactElement {
  return (
    <>
      <Lost count={span.dropped_attributes_count} what="attributes" />
      {span.flags.length > 0 && <p className="pb-2 text-sm text-warn">On the way in: {span.flags.join(", ")}</p>}
      <AttributeTable groups={[
        { title: "Span", attributes: span.attributes },
        { title: "Resource", attributes: span.resource_attributes },
        { title: [span.scope_name, span.scope_version].filter(Boolean).join(" ") || "Scope", attributes: span.scope_attributes },
      ]} />
    </>
  );
}

function Events({ span }: { readonly span: Span }): ReactElement {
  return (
    <div className="grid gap-4">
      <Lost count={span.dropped_events_count} what="events" />
      {span.events.map((event, index) => (
        <section key={index}>
          <h3 className="flex justify-between gap-2 pb-1 font-medium">
            <span className={`min-w-0 [overflow-wrap:anywhere] ${event.name === "exception" ? "text-error" : ""}`}><WholeName text={event.name} /></span>
            <span className="font-mono text-xs text-muted" title={event.time}>{clockTime(parseMillis(event.time))}</span>
          </h3>
          <AttributeTable groups={[{ title: "", attributes: event.attributes }]} />
        </section>
      ))}
    </div>
  );
}

function Links({ project, span }: { readonly project: string; readonly span: Span }): ReactElement {
  return (
    <div className="grid gap-4">
      <Lost count={span.dropped_links_count} what="links" />
      {span.links.map((link, index) => (
        <section key={index}>
          <Link className="font-mono text-sm text-accent hover:underline" href={`/p/${encodeURIComponent(project)}/traces/${link.trace_id}?span=${link.span_id}`}>
            {link.trace_id.slice(0, 16)}… / {link.span_id}
          </Link>
          {link.attributes.length > 0 && <AttributeTable groups={[{ title: "", attributes: link.attributes }]} />}
        </section>
      ))}
    </div>
  );
}

function Raw({ span }: { readonly span: Span }): ReactElement {
  // What was made of it has a tab of its own.
  const { content: _, ...sent } = span;
  return <div className="-m-3 h-[calc(100%+24px)]"><JsonView value={sent} fills /></div>;
}

function Lost({ count, what }: { readonly count: number; readonly what: string }): ReactElement | null {
  if (count === 0) return null;
  return <p className="pb-2 text-sm text-warn">{count} further {what} were dropped by the sender.</p>;
}

function Skeleton(): ReactElement {
  return (
    <div className="grid gap-2 border-t border-line p-3" role="status" aria-busy="true" aria-label="Loading the span">
      {[64, 92, 78, 85, 40].map((width) => <div key={width} className="skeleton h-4" style={{ width: `${width}%` }} />)}
    </div>
  );
}
