import { type ReactElement, type ReactNode, useState } from "react";
import { plural } from "../../base/format";
import { type PlainPart, type Shown, type ToolCallPart, type ToolResultPart, type Turn } from "../../model/content";
import { readValue } from "../../model/value";
import { Name, Visible } from "../../widgets/name";
import { Text } from "../../widgets/text";
import { Media } from "./Media";
import { Value } from "./Value";

/** Of a longer conversation the last turns stand open: what is new in a span comes last. */
const TURNS = 8;

/** Messages, one after the other; every result stands with the call that it answers. */
export function Turns({ turns }: { readonly turns: readonly Turn[] }): ReactElement {
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

export function Card({ title, name, children }: { readonly title?: string; readonly name?: string | null; readonly children: ReactNode }): ReactElement {
  return (
    <article className="min-w-0 overflow-hidden rounded-md border border-line">
      {title !== undefined && (
        <h4 className="flex min-w-0 gap-1 border-b border-soft bg-surface px-2.5 py-0.5 text-xs font-semibold text-muted">
          <Name text={title} className="max-w-full truncate" />
          {name && <> <Name text={name} className="min-w-0 truncate font-mono font-normal" /></>}
        </h4>
      )}
      <div className="grid gap-2 px-2.5 py-2">{children}</div>
    </article>
  );
}

export function Parts({ parts }: { readonly parts: readonly Shown[] }): ReactElement {
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
    <p className="flex min-w-0 items-baseline gap-2 px-2 py-0.5 font-mono text-sm">
      <span className="text-muted" aria-hidden="true">{glyph}</span>
      <span className="min-w-0 [overflow-wrap:anywhere]"><Visible line text={(name ?? "tool").slice(0, 300)} /></span>
      {id && <Name text={id} className="min-w-0 truncate text-xs text-muted" />}
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
