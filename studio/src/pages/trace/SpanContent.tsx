import { type ReactElement, type ReactNode, useState } from "react";
import { formatBytes, plural } from "../../base/format";
import {
  type Content, type Document, type MediaPart, type PlainPart, type Shown, type ToolCallPart, type ToolResultPart,
  type ToolUse, type Turn, turnsOf,
} from "../../model/content";
import { readValue } from "../../model/value";
import { JsonTree, Text } from "../../widgets/json-tree";

/** Of a longer conversation the last turns stand open: what is new in a span comes last. */
const TURNS = 8;

/** The conversation of a span, the call that it is, or what it found. */
export function SpanContent({ content }: { readonly content: Content }): ReactElement {
  const { source } = content;
  return (
    <div className="grid gap-4">
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
  );
}

function Section({ title, source, children }: { readonly title: string; readonly source: string | undefined; readonly children: ReactNode }): ReactElement {
  return (
    <section className="grid gap-2">
      <h3 className="flex items-baseline justify-between gap-3 text-xs font-medium text-muted">
        {title}
        {source && <span className="truncate font-mono font-normal" title={`Read from ${source}`}>{source}</span>}
      </h3>
      {children}
    </section>
  );
}

function Card({ title, name, children }: { readonly title?: string; readonly name?: string | null; readonly children: ReactNode }): ReactElement {
  return (
    <article className="overflow-hidden rounded-md border border-line">
      {title !== undefined && (
        <h4 className="border-b border-soft bg-surface px-2.5 py-0.5 text-xs font-semibold text-muted">
          {title}
          {name && <> <span className="font-mono font-normal">{name}</span></>}
        </h4>
      )}
      <div className="grid gap-2 px-2.5 py-2">{children}</div>
    </article>
  );
}

function Turns({ turns }: { readonly turns: readonly Turn[] }): ReactElement {
  const [whole, setWhole] = useState(false);
  const hidden = whole ? 0 : Math.max(turns.length - TURNS, 0);
  return (
    <>
      {hidden > 0 && (
        <button type="button" className="h-7 rounded-md border border-line text-sm text-accent hover:bg-hover" onClick={() => setWhole(true)}>
          Show {plural(hidden, "earlier message")}
        </button>
      )}
      {turns.slice(hidden).map(({ role, name, parts }, index) => (
        <Card key={hidden + index} title={role} name={name}><Parts parts={parts} /></Card>
      ))}
    </>
  );
}

function Parts({ parts }: { readonly parts: readonly Shown[] }): ReactElement {
  if (parts.length === 0) return <span className="text-muted">empty</span>;
  return <>{parts.map((shown, index) => <ShownPart key={index} shown={shown} />)}</>;
}

function ShownPart({ shown }: { readonly shown: Shown }): ReactElement {
  const { part } = shown;
  if (part.type === "tool_call") return <Asked call={part} result={shown.result ?? null} />;
  if (part.type === "tool_result") return <Answered result={part} />;
  return <Plain part={part} />;
}

function Plain({ part }: { readonly part: PlainPart }): ReactElement {
  switch (part.type) {
    case "text": return <Value value={readValue(part.text)} />;
    case "json": return <Value value={part.value} />;
    case "reasoning": return <Reasoning text={part.text} />;
    default: return <Media part={part} />;
  }
}

function Reasoning({ text }: { readonly text: string }): ReactElement {
  return (
    <div className="border-l-2 border-line pl-2 text-muted">
      <p className="text-xs">reasoning</p>
      <div className="italic">{text === "" ? "Not shown by its provider." : <Text text={text} />}</div>
    </div>
  );
}

/** Data by reference. A link is followed only by whoever clicks it: nothing is loaded from elsewhere. */
function Media({ part }: { readonly part: MediaPart }): ReactElement {
  const facts = [part.mime, part.bytes === null ? null : formatBytes(part.bytes), part.sha256 && `sha256 ${part.sha256.slice(0, 12)}…`];
  const isLink = part.uri !== null && /^https?:\/\//.test(part.uri);
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 rounded border border-dashed border-line px-2 py-1 text-sm">
      <span className="font-medium">{part.type}</span>
      {part.name && <span>{part.name}</span>}
      {part.uri && (isLink
        ? <a className="text-accent [overflow-wrap:anywhere] hover:underline" href={part.uri} target="_blank" rel="noreferrer noopener">{part.uri}</a>
        : <span className="font-mono [overflow-wrap:anywhere]">{part.uri}</span>)}
      <span className="text-muted" title={part.sha256 ?? undefined}>{facts.filter(Boolean).join(" · ")}</span>
    </p>
  );
}

function Asked({ call, result }: { readonly call: ToolCallPart; readonly result: ToolResultPart | null }): ReactElement {
  return (
    <div className="overflow-hidden rounded border border-line">
      <Line glyph="→" name={call.name} id={call.id} />
      <div className="px-2 pb-1.5"><Value value={call.arguments} /></div>
      {result && <div className="border-t border-soft bg-surface px-2 py-1.5"><Results result={result} /></div>}
    </div>
  );
}

function Answered({ result }: { readonly result: ToolResultPart }): ReactElement {
  return (
    <div className="overflow-hidden rounded border border-line bg-surface">
      <Line glyph="←" name={result.name ?? "result"} id={result.id} />
      <div className="px-2 pb-1.5"><Results result={result} bare /></div>
    </div>
  );
}

function Line({ glyph, name, id }: { readonly glyph: string; readonly name: string | null; readonly id: string | null }): ReactElement {
  return (
    <p className="flex items-baseline gap-2 px-2 py-0.5 font-mono text-sm">
      <span className="text-muted" aria-hidden="true">{glyph}</span>
      <span>{name ?? "tool"}</span>
      {id && <span className="min-w-0 truncate text-xs text-muted" title={id}>{id}</span>}
    </p>
  );
}

function Results({ result, bare = false }: { readonly result: ToolResultPart; readonly bare?: boolean }): ReactElement {
  return (
    <div className="flex gap-2">
      {!bare && <span className="font-mono text-sm text-muted" role="img" aria-label="result">←</span>}
      <div className="grid min-w-0 flex-1 gap-2">
        {result.is_error && <span className="text-sm text-error">✗ the tool failed</span>}
        {result.content.map((part, index) => <Plain key={index} part={part} />)}
        {result.content.length === 0 && <span className="text-muted">empty</span>}
      </div>
    </div>
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
      <button type="button" className="flex items-baseline gap-1.5 text-left text-xs font-medium text-muted hover:text-fg" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span aria-hidden="true" className="w-3 text-[9px]">{open ? "▼" : "▶"}</span>
        <span className="shrink-0">{plural(tools.length, "tool")} offered</span>
        {!open && <span className="min-w-0 truncate font-mono font-normal">{tools.map(({ name }) => name ?? "tool").join(", ")}</span>}
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

/** Text keeps its line breaks; data is a tree. */
function Value({ value }: { readonly value: unknown }): ReactElement {
  if (typeof value === "string") return <div className="[overflow-wrap:anywhere]"><Text text={value} /></div>;
  return <div className="font-mono text-sm leading-5 [overflow-wrap:anywhere]"><JsonTree value={value ?? null} /></div>;
}
