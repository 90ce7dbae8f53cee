import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { plural } from "../../base/format";
import { spanQuery } from "../../data/reads";
import type { RunDiff, Side, Span, StepDiff } from "../../model/api";
import { asText } from "../../model/step-text";
import { runHref } from "../../model/runs";
import { IconButton } from "../../widgets/button";
import { CloseIcon } from "../../widgets/icons";
import { WholeName } from "../../widgets/name";
import { SkeletonRows } from "../../widgets/states";
import { TextDiff } from "../../widgets/text-diff";

/** One step of both runs: what went in and what came out of each, with what differs marked. */
export function StepPanel({ project, diff, step, traces, onClose }: {
  readonly project: string;
  readonly diff: RunDiff;
  readonly step: StepDiff;
  readonly traces: readonly [a: string | undefined, b: string | undefined];
  readonly onClose: () => void;
}): ReactElement {
  const a = useSpan(project, traces[0], step.a);
  const b = useSpan(project, traces[1], step.b);
  const isReading = (step.a?.span_id && traces[0] && !a) || (step.b?.span_id && traces[1] && !b);
  return (
    <>
      <div className="flex shrink-0 items-start gap-2 border-b border-line py-2 pr-2 pl-3">
        <h2 className="min-w-0 flex-1 font-semibold [overflow-wrap:anywhere]"><WholeName text={step.name} /></h2>
        <Lead project={project} letter="A" run={diff.a.id} side={step.a} />
        <Lead project={project} letter="B" run={diff.b.id} side={step.b} />
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </div>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div role="group" aria-label="Step" tabIndex={0} className="grid min-h-0 flex-1 content-start gap-5 overflow-auto p-3">
        <Facts step={step} />
        {isReading ? <SkeletonRows count={8} height={20} /> : (
          <>
            <Compared title="In" left={asText(a, "in")} right={asText(b, "in")} />
            <Compared title="Out" left={asText(a, "out") || (step.a?.output ?? "")} right={asText(b, "out") || (step.b?.output ?? "")} />
          </>
        )}
      </div>
    </>
  );
}

function useSpan(project: string, trace: string | undefined, side: Side | null): Span | undefined {
  const id = side?.span_id ?? null;
  return useQuery({ ...spanQuery(project, trace ?? "", id ?? ""), enabled: trace !== undefined && id !== null }).data;
}

function Lead({ project, letter, run, side }: { readonly project: string; readonly letter: string; readonly run: string | null; readonly side: Side | null }): ReactElement | null {
  if (run === null || !side?.span_id) return null;
  return <Link href={`${runHref(project, run, "trace")}?span=${side.span_id}`} className="inline-flex h-7 shrink-0 items-center px-1 text-sm text-accent hover:underline">In {letter}</Link>;
}

function Facts({ step: { a, b } }: { readonly step: StepDiff }): ReactElement | null {
  const facts = [["Outcome", a?.outcome, b?.outcome], ["Model", a?.model, b?.model], ["Error", a?.error, b?.error]] as const;
  const told = facts.filter(([, left, right]) => left || right);
  const runs = a?.runs ?? null;
  return (
    <dl className="grid gap-1.5 text-sm">
      {told.map(([label, left, right]) => <Fact key={label} label={label}>{left === right ? left : <><del className="text-muted no-underline">{left ?? "—"}</del> → <ins className="no-underline">{right ?? "—"}</ins></>}</Fact>)}
      {runs !== null && <Fact label="In the median">{plural(runs, "run")} had it</Fact>}
    </dl>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="grid grid-cols-[88px_minmax(0,1fr)]">
      <dt className="text-muted">{label}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function Compared({ title, left, right }: { readonly title: string; readonly left: string; readonly right: string }): ReactElement | null {
  if (left === "" && right === "") return null;
  return (
    <section aria-label={title} className="grid grid-cols-[minmax(0,1fr)] gap-1">
      <h3 className="text-xs font-medium text-muted">{title}</h3>
      <TextDiff left={left} right={right} names={["A", "B"]} />
    </section>
  );
}
