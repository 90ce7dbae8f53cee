import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import { Link } from "wouter";
import { failureOf } from "../../../data/failure";
import { debuggingQuery, problemLogsQuery, rootSpanQuery } from "../../../data/runs";
import { useMay } from "../../../data/session";
import type { Debugging, Failure, Run } from "../../../model/api";
import { type GuideStep, type Verdict, guideOf } from "../../../model/run-guide";
import { compareHref, runHref, versionOf } from "../../../model/runs";
import { plainOf } from "../../../model/visible";
import { Button, IconButton } from "../../../widgets/button";
import { CopyIcon } from "../../../widgets/icons";
import { Visible } from "../../../widgets/name";
import { SkeletonRows } from "../../../widgets/states";
import { Panel } from "./Panel";

const GUIDE = "How a failed run is debugged, in order";
const VERDICTS: Readonly<Record<Verdict, { readonly glyph: string; readonly label: string; readonly colour: string }>> = {
  fine: { glyph: "✓", label: "Nothing here", colour: "text-ok" },
  look: { glyph: "!", label: "Look here", colour: "text-warn" },
  unknown: { glyph: "?", label: "Cannot be told", colour: "text-muted" },
};

/** The five steps of the debugging guide, each with what is known already and how to go on. */
export function Guide({ project, run, failure }: { readonly project: string; readonly run: Run; readonly failure: Failure | null }): ReactElement {
  const version = versionOf(run);
  const debugging = useQuery(debuggingQuery(project, run.id, version));
  const problems = useQuery(problemLogsQuery(project, run, version));
  const root = useQuery(rootSpanQuery(project, run, version));
  const error = debugging.error ?? problems.error;
  if (error) {
    const retry = (): void => void Promise.all([debugging.refetch(), problems.refetch()]);
    return (
      <Panel title={GUIDE}>
        <p role="alert" className="flex items-center gap-3 text-muted">{failureOf("What to look at could not be read", error).message} <Button onClick={retry}>Retry</Button></p>
      </Panel>
    );
  }
  if (!debugging.data || !problems.data) return <Panel title={GUIDE}><SkeletonRows count={5} height={36} /></Panel>;
  const steps = guideOf({
    project, run, failure, debugging: debugging.data, problems: problems.data.items, more: problems.data.next !== null,
    attributes: root.data?.attributes ?? [], resource: root.data?.resource_attributes ?? [],
  });
  return (
    <Panel title={GUIDE}>
      <ol className="overflow-hidden rounded-lg border border-line">
        {steps.map((step, index) => (
          <StepLine key={step.name} step={step} number={index + 1}>
            <More project={project} run={run} step={step} debugging={debugging.data} />
          </StepLine>
        ))}
      </ol>
    </Panel>
  );
}

function StepLine({ step, number, children }: { readonly step: GuideStep; readonly number: number; readonly children: ReactNode }): ReactElement {
  const { glyph, label, colour } = VERDICTS[step.verdict];
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 border-b border-soft px-3 py-2 last:border-0">
      <span className={`text-center font-semibold ${colour}`} title={label}><span aria-hidden="true">{glyph}</span><span className="sr-only">{label}</span></span>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
        <h3 className="font-medium">{number}. {step.title}</h3>
        <p className="text-muted [overflow-wrap:anywhere]"><Visible text={step.answer} /></p>
        {children}
        {step.command !== null && <Command text={step.command} />}
      </div>
    </li>
  );
}

const LINK = "inline-flex min-h-6 items-center text-accent hover:underline";

/** Where a step leads to. */
function More({ project, run, step, debugging }: {
  readonly project: string;
  readonly run: Run;
  readonly step: GuideStep;
  readonly debugging: Debugging;
}): ReactElement | null {
  const mayAdmin = useMay(project, "admin");
  const good = debugging.input?.last_success;
  switch (step.name) {
    case "input":
      return good ? <Link className={LINK} href={compareHref(project, good.id, run.id)}>Compare with the last that went well</Link> : null;
    case "logs":
      return step.verdict === "look" ? <Link className={LINK} href={`${runHref(project, run.id, "logs")}?q=${encodeURIComponent("level:>=warn")}`}>Its warnings and errors</Link> : null;
    case "environment":
      return mayAdmin && run.agent !== null ? <Link className={LINK} href={`/p/${encodeURIComponent(project)}/settings/environment?agent=${encodeURIComponent(run.agent)}`}>The agent's environment</Link> : null;
    default:
      return null;
  }
}

function Command({ text }: { readonly text: string }): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <div className="flex items-center rounded border border-soft bg-surface pl-2 font-mono text-sm">
      <code className="min-w-0 flex-1 truncate" title={plainOf(text)}><Visible line text={text} /></code>
      <span aria-live="polite" className="font-sans text-xs text-muted">{copied ? "Copied" : ""}</span>
      <IconButton label={`Copy the command: ${text}`} className="h-6! min-w-6!" onClick={() => void copy()}><CopyIcon /></IconButton>
    </div>
  );
}
