import type { ReactElement } from "react";
import { type Content, type Message, type Part, readValue } from "../../model/messages";
import { JsonTree, Text } from "../../widgets/json-tree";

/** The conversation of a span, or the input and output of a call. */
export function SpanContent({ content }: { readonly content: Content }): ReactElement {
  return (
    <div className="grid gap-4">
      <Side title="Input" messages={content.input} />
      <Side title="Output" messages={content.output} />
    </div>
  );
}

function Side({ title, messages }: { readonly title: string; readonly messages: readonly Message[] }): ReactElement | null {
  if (messages.length === 0) return null;
  return (
    <section className="grid gap-2">
      <h3 className="text-xs font-medium text-muted">{title}</h3>
      {messages.map((message, index) => (
        <article key={index} className="overflow-hidden rounded-md border border-line">
          <h4 className="border-b border-soft bg-surface px-2.5 py-0.5 text-xs font-semibold text-muted">{message.role}</h4>
          <div className="grid gap-2 px-2.5 py-2">
            {message.parts.map((part, at) => <PartView key={at} part={part} />)}
            {message.parts.length === 0 && <span className="text-muted">empty</span>}
          </div>
        </article>
      ))}
    </section>
  );
}

function PartView({ part }: { readonly part: Part }): ReactElement {
  if (part.type === "text") return <TextPart text={part.text} />;
  if (part.type === "reasoning") {
    return <div className="border-l-2 border-line pl-2 text-muted italic"><Text text={part.text} /></div>;
  }
  if (part.type === "other") return <Code value={part.value} />;
  return (
    <div>
      <p className="pb-0.5 font-mono text-sm text-muted">
        <span aria-hidden="true">{part.type === "call" ? "→ " : "← "}</span>
        <span className="text-fg">{part.name ?? "result"}</span>
        {part.id && <span className="pl-2 text-xs">{part.id}</span>}
      </p>
      <Code value={part.value} />
    </div>
  );
}

/** Text that is JSON reads better as a tree; anything else keeps its line breaks. */
function TextPart({ text }: { readonly text: string }): ReactElement {
  const data = readValue(text);
  return typeof data === "string" ? <Text text={data} /> : <Code value={data} />;
}

function Code({ value }: { readonly value: unknown }): ReactElement {
  return (
    <div className="font-mono text-sm leading-5 [overflow-wrap:anywhere]">
      {typeof value === "string" ? <Text text={value} /> : <JsonTree value={value ?? null} />}
    </div>
  );
}
