import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { formatBytes } from "../../../base/format";
import { useUrlState } from "../../../data/hooks";
import { rootSpanQuery } from "../../../data/runs";
import type { Attribute, Run } from "../../../model/api";
import { type Side, sidesOf } from "../../../model/io";
import { versionOf } from "../../../model/runs";
import { readValue } from "../../../model/value";
import { plainOf } from "../../../model/visible";
import { CarriedBy } from "../../../views/content/Media";
import { Turns } from "../../../views/content/Turns";
import { ReadingSwitch, Value } from "../../../views/content/Value";
import type { ReadTrace } from "../../../views/trace/useTrace";
import { Button, IconButton } from "../../../widgets/button";
import { CopyIcon } from "../../../widgets/icons";
import { JsonView } from "../../../widgets/json-view";
import { Visible } from "../../../widgets/name";
import { Text } from "../../../widgets/text";
import { useKeys } from "../../../widgets/keys";
import { Streaming } from "./Streaming";
import { useStreams } from "./useStreams";

const FORMS = [["pretty", "Pretty"], ["raw", "Raw"], ["json", "JSON"]] as const;
type Form = (typeof FORMS)[number][0];

const NOTHING: readonly Attribute[] = [];

/** What went in beside what came out; while the run goes on, what its models say as they say it. */
export function InputOutput({ project, run, trace }: { readonly project: string; readonly run: Run; readonly trace: ReadTrace }): ReactElement {
  const { params, change } = useUrlState();
  const form = FORMS.find(([name]) => name === params.get("io"))?.[0] ?? "pretty";
  const { data } = useQuery(rootSpanQuery(project, run, versionOf(run)));
  const streams = useStreams(project, run, trace);
  const { input, output } = sidesOf(run, data ?? null);
  const setForm = (next: Form): void => change({ io: next === "pretty" ? null : next }, "push");
  useKeys("Input and output", [{ keys: "f", label: "Pretty, raw, JSON", run: () => setForm(FORMS[(FORMS.findIndex(([name]) => name === form) + 1) % FORMS.length]?.[0] ?? "pretty") }]);
  const isStreaming = run.status === "running" || (output.text === null && streams.size > 0);
  return (
    <>
      <div role="group" aria-label="Shown as" className="flex min-h-10 shrink-0 items-center gap-1.5 px-4">
        {FORMS.map(([name, label]) => (
          <Button key={name} aria-pressed={form === name} className="h-6! aria-pressed:border-accent! aria-pressed:bg-selected!" onClick={() => setForm(name)}>{label}</Button>
        ))}
        <span className="flex-1" />
        {form === "pretty" && <ReadingSwitch />}
      </div>
      <CarriedBy value={data?.attributes ?? NOTHING}>
        <div className="grid min-h-0 flex-1 grid-cols-2 border-t border-line">
          <Pane title="Input" side={input}><Shown side={input} form={form} none="No input was recorded. Agents that send fanlight.input or gen_ai.input.messages have it here." /></Pane>
          <Pane title="Output" side={isStreaming ? null : output}>
            {isStreaming ? <Streaming run={run} tree={trace.tree} streams={streams} /> : <Shown side={output} form={form} none="Nothing came out." />}
          </Pane>
        </div>
      </CarriedBy>
    </>
  );
}

function Pane({ title, side, children }: { readonly title: string; readonly side: Side | null; readonly children: ReactNode }): ReactElement {
  const text = side?.text ?? null;
  return (
    <section aria-label={title} className="flex min-h-0 min-w-0 flex-col border-r border-line last:border-0">
      <div className="flex h-8 shrink-0 items-center gap-3 border-b border-soft px-4">
        <h2 className="text-sm font-semibold">{title}</h2>
        {text !== null && <span className="text-sm text-muted">{formatBytes(new TextEncoder().encode(text).length)}</span>}
        {side?.isCut && <span className="text-sm text-warn" title="The root span did not come with it, so only what is kept with the run is known">only its first 2 KB are known</span>}
        <span className="min-w-0 flex-1 truncate text-right font-mono text-xs text-muted" title={side?.source ? `Read from ${plainOf(side.source)}` : undefined}>{side?.source && <Visible line text={side.source} />}</span>
        {text !== null && <IconButton label={`Copy the ${title.toLowerCase()}`} onClick={() => void navigator.clipboard?.writeText(text)}><CopyIcon /></IconButton>}
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label={`${title}, whole`} tabIndex={0} className="min-h-0 flex-1 overflow-auto p-4 focus-visible:outline-offset-[-2px]">{children}</div>
    </section>
  );
}

function Shown({ side, form, none }: { readonly side: Side; readonly form: Form; readonly none: string }): ReactElement {
  if (side.text === null) return <p className="text-muted">{none}</p>;
  if (form === "raw") return <div className="font-mono text-sm leading-5"><Text text={side.text} /></div>;
  if (form === "pretty" && side.turns.length > 0) return <div className="grid grid-cols-[minmax(0,1fr)] gap-2"><Turns turns={side.turns} /></div>;
  const value = readValue(side.text);
  return form === "json" && typeof value === "object" ? <JsonView value={value} fills /> : <Value value={value} />;
}
