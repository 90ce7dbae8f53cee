import { type ReactElement, type ReactNode, useState } from "react";
import { plural } from "../../base/format";
import type { Attribute } from "../../model/api";
import { type Content, type Document, type ToolUse, turnsOf } from "../../model/content";
import { plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";
import { Text } from "../../widgets/text";
import { CarriedBy } from "./Media";
import { Card, Parts, Turns } from "./Turns";
import { ReadingSwitch, Value } from "./Value";

const NOTHING: readonly Attribute[] = [];

/** The conversation of a span, the call that it is, or what it found. */
export function SpanContent({ content, attributes = NOTHING }: {
  readonly content: Content;
  /** What the span carries: pictures and sound of its messages are found in it. */
  readonly attributes?: readonly Attribute[];
}): ReactElement {
  const { source } = content;
  return (
    <CarriedBy value={attributes}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <div className="-mb-3 flex justify-end"><ReadingSwitch /></div>
        {content.withheld && <p className="text-sm text-muted">Content not captured: what was said was taken out before this was stored.</p>}
        {content.truncated && <p className="text-sm text-warn">More was sent than is read here; the attributes have it whole.</p>}
        {content.tools.length > 0 && <Tools content={content} />}
        {content.system.length > 0 && (
          <Section title="System" source={source["system"]}>
            <Card><Parts parts={content.system.map((part) => (part.type === "tool_call" ? { part, result: null } : { part }))} /></Card>
          </Section>
        )}
        {content.query !== null && <Section title="Query" source={source["query"]}><Card><Value value={content.query} /></Card></Section>}
        {content.input.length > 0 && <Section title="Input" source={source["input"]}><Turns turns={turnsOf(content.input)} /></Section>}
        {content.tool_call && <Call call={content.tool_call} source={source} />}
        {content.documents.length > 0 && <Documents documents={content.documents} source={source["documents"]} />}
        {content.output.length > 0 && <Section title="Output" source={source["output"]}><Turns turns={turnsOf(content.output)} /></Section>}
      </div>
    </CarriedBy>
  );
}

function Section({ title, source, children }: { readonly title: string; readonly source: string | undefined; readonly children: ReactNode }): ReactElement {
  return (
    <section className="grid grid-cols-[minmax(0,1fr)] gap-2">
      <h3 className="flex items-baseline justify-between gap-3 text-xs font-medium text-muted">
        {title}
        {source && <span className="truncate font-mono font-normal" title={`Read from ${plainOf(source)}`}><Visible line text={source} /></span>}
      </h3>
      {children}
    </section>
  );
}

/** A tool's span: what it was called with and what it gave. */
function Call({ call, source }: { readonly call: ToolUse; readonly source: Content["source"] }): ReactElement {
  const name = call.name ?? "tool";
  return (
    <>
      <Section title="Input" source={source["arguments"]}><Card title="arguments" name={name}><Value value={call.arguments} /></Card></Section>
      {source["result"] !== undefined && (
        <Section title="Output" source={source["result"]}><Card title="result" name={call.id}><Value value={call.result} /></Card></Section>
      )}
    </>
  );
}

function Documents({ documents, source }: { readonly documents: readonly Document[]; readonly source: string | undefined }): ReactElement {
  return (
    <Section title={plural(documents.length, "document")} source={source}>
      {documents.map(({ id, text, score, metadata }, index) => (
        <Card key={index} title={score === null ? `${index + 1}` : `${index + 1} · score ${Number(score.toPrecision(4))}`} name={id}>
          {text === null ? <span className="text-muted">no text</span> : <Text text={text} />}
          {metadata !== null && <Value value={metadata} />}
        </Card>
      ))}
    </Section>
  );
}

function Tools({ content: { tools, source } }: { readonly content: Content }): ReactElement {
  const [open, setOpen] = useState(false);
  return (
    <section className="grid gap-2">
      <button type="button" className="flex min-h-6 items-baseline gap-1.5 text-left text-xs font-medium text-muted hover:text-fg" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true" className="w-3 text-[9px]">{open ? "▼" : "▶"}</span>
        <span className="shrink-0">{plural(tools.length, "tool")} offered</span>
        {!open && <span className="min-w-0 truncate font-mono font-normal"><Visible line text={tools.map(({ name }) => name ?? "tool").join(", ").slice(0, 300)} /></span>}
      </button>
      {open && (
        <Section title="Tools" source={source["tools"]}>
          {tools.map(({ name, description, parameters }, index) => (
            <Card key={index} title={name ?? "tool"}>
              {description && <Text text={description} />}
              {parameters !== null && <Value value={parameters} />}
            </Card>
          ))}
        </Section>
      )}
    </section>
  );
}
