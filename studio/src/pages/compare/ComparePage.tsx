import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import { Link, useLocation } from "wouter";
import { failureOf, isMissing } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { runQuery } from "../../data/reads";
import { runDiffQuery } from "../../data/runs";
import type { RunDiff } from "../../model/api";
import { firstDivergence, swapped } from "../../model/compare";
import { compareHref } from "../../model/runs";
import { Button } from "../../widgets/button";
import { useKeys } from "../../widgets/keys";
import { CopyLink, PageHead } from "../../widgets/page-head";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Deltas } from "./Deltas";
import { Sides } from "./Sides";
import { StepPanel } from "./StepPanel";
import { Steps } from "./Steps";
import { Texts } from "./Texts";

const MEDIAN = "median";

/** Two runs side by side, or one and the median of its agent: what changed, and where they first part. */
export function ComparePage({ project, a, b }: { readonly project: string; readonly a: string; readonly b: string }): ReactElement {
  const { data, error, refetch } = useQuery(runDiffQuery(project, a, b === MEDIAN ? null : b));
  const [, navigate] = useLocation();
  const swap = b === MEDIAN ? null : () => navigate(compareHref(project, b, a));
  return (
    <>
      <PageHead title={<>
        <Link href={`/p/${encodeURIComponent(project)}/runs`} className="text-muted hover:text-fg">Runs</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="text-lg font-semibold">Compare</h1>
      </>}>
        {swap && <Button look="plain" onClick={swap}>Swap A and B · s</Button>}
        <CopyLink link={() => location.href} />
      </PageHead>
      {error && !data && (isMissing(error)
        ? <Empty title="There is nothing to compare with"><p>{error.message}.</p></Empty>
        : <ErrorBox failure={failureOf("The runs could not be compared", error)} onRetry={() => void refetch()} />)}
      {!data && !error && <SkeletonRows count={20} height={28} />}
      {data && <Compared key={`${a} ${b}`} project={project} diff={b === MEDIAN ? swapped(data) : data} onSwap={swap} />}
    </>
  );
}

type Part = "steps" | "input" | "output";
const isPart = (name: string | null): name is Part => name === "steps" || name === "input" || name === "output";

function Compared({ project, diff, onSwap }: { readonly project: string; readonly diff: RunDiff; readonly onSwap: (() => void) | null }): ReactElement {
  const { params, change } = useUrlState();
  const named = params.get("part");
  const part = isPart(named) ? named : "steps";
  const all = params.get("all") === "1";
  const chosen = Number(params.get("step") ?? -1);
  const [before, after] = [useWhole(project, diff.a.id), useWhole(project, diff.b.id)];
  const first = firstDivergence(diff.steps);
  const [jumps, setJumps] = useState(0);
  const choose = (at: number): void => change({ step: String(at) }, "replace");
  const toFirst = (): void => {
    change({ part: null, step: String(first) }, "replace");
    setJumps((count) => count + 1);
  };
  useKeys("Compare", [
    { keys: "e", label: "First divergence", run: () => first >= 0 && toFirst() },
    { keys: "s", label: "Swap A and B", run: () => onSwap?.() },
    { keys: "h", label: "Show or hide equal steps", run: () => change({ all: all ? null : "1" }, "push") },
    { keys: "Escape", label: "Close the panel", run: () => change({ step: null }, "replace") },
    { keys: "y", label: "Copy link", run: () => void navigator.clipboard?.writeText(location.href) },
  ]);
  const step = diff.steps[chosen];
  return (
    <>
      <Sides project={project} a={diff.a} b={diff.b} />
      <Deltas diff={diff} />
      <div role="group" aria-label="Compared" className="flex min-h-10 shrink-0 flex-wrap items-center gap-1.5 border-t border-line px-4 py-1.5">
        <PartButton name="steps" part={part} onChoose={(next) => change({ part: next }, "push")}>Steps</PartButton>
        {diff.a.id !== null && <PartButton name="input" part={part} onChoose={(next) => change({ part: next }, "push")}>Input</PartButton>}
        {diff.a.id !== null && <PartButton name="output" part={part} onChoose={(next) => change({ part: next }, "push")}>Output</PartButton>}
        <span className="flex-1" />
        {part === "steps" && <span className="text-sm text-muted">{diff.same} the same, {diff.changed} changed, {diff.only_a} only in A, {diff.only_b} only in B</span>}
        {part === "steps" && <Button aria-pressed={all} className="h-6!" onClick={() => change({ all: all ? null : "1" }, "push")}>{all ? "Only what differs" : "All steps"} · h</Button>}
        {first >= 0 && <Button look="primary" className="h-6!" onClick={toFirst}>First divergence · e</Button>}
      </div>
      {diff.truncated && <p className="px-4 pb-1 text-sm text-warn">Only the earliest steps of these very large runs were compared.</p>}
      {part === "steps" ? (
        <Split
          name="compare-panel" initial={480}
          main={<div className="compare-box flex min-h-0 flex-1 flex-col"><Steps key={jumps} steps={diff.steps} first={first} all={all} chosen={chosen} onChoose={choose} /></div>}
          side={step ? <StepPanel key={chosen} project={project} diff={diff} step={step} traces={[before?.trace_id, after?.trace_id]} onClose={() => change({ step: null }, "replace")} /> : null}
        />
      ) : <Texts part={part} a={before ?? null} b={after ?? null} />}
    </>
  );
}

function useWhole(project: string, id: string | null) {
  return useQuery({ ...runQuery(project, id ?? ""), enabled: id !== null }).data;
}

function PartButton({ name, part, onChoose, children }: {
  readonly name: Part;
  readonly part: Part;
  readonly onChoose: (part: string | null) => void;
  readonly children: ReactNode;
}): ReactElement {
  return <Button aria-pressed={name === part} className="h-6! aria-pressed:border-accent! aria-pressed:bg-selected!" onClick={() => onChoose(name === "steps" ? null : name)}>{children}</Button>;
}
