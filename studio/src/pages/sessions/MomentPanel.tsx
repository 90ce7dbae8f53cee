import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount } from "../../base/format";
import { bothZones, formatDuration } from "../../base/time";
import { costOf } from "../../model/cost";
import { statusOf } from "../../model/kinds";
import { type Selection, selectionOf, wordsOf } from "../../model/moments";
import type { Run, RunError, TimelineStep } from "../../model/schema";
import { type Happening, offsetOf } from "../../model/session-timeline";
import { cutAt, plainOf } from "../../model/visible";
import { LogPanel } from "../../views/logs/LogPanel";
import { IconButton } from "../../widgets/button";
import { CloseIcon, CopyIcon } from "../../widgets/icons";
import { JsonTree } from "../../widgets/json-tree";
import { Visible, WholeName } from "../../widgets/name";
import { Text } from "../../widgets/text";
import { FilterContext } from "../../widgets/value";

interface Props {
  readonly project: string;
  readonly happening: Happening;
  readonly agents: ReadonlyMap<string, string>;
  /** When the session began. */
  readonly start: number;
  /** The address of another tab with this moment chosen. */
  readonly hrefOf: (tab: "trace" | "logs", selection: Selection) => string;
  readonly onFilter: (term: string) => void;
  readonly onClose: () => void;
}

/** What is known of one moment, and the ways from it to its trace and its records. */
export function MomentPanel({ project, happening, agents, start, hrefOf, onFilter, onClose }: Props): ReactElement {
  const { moment, at } = happening;
  const { run, step, log } = moment;
  const selection = selectionOf(moment);
  if (log) {
    return (
      <FilterContext value={{ line: "", onChange: onFilter }}>
        <LogPanel key={log.id} project={project} id={log.id} listed={log} onClose={onClose} />
      </FilterContext>
    );
  }
  const { text, glyph, colour, who } = wordsOf(happening, agents);
  return (
    <>
      <header className="flex shrink-0 items-center gap-2 border-b border-line px-3 py-2">
        <h2 className="min-w-0 flex-1 truncate text-lg font-semibold" title={plainOf(text)}><span className={`pr-1.5 ${colour}`} aria-hidden="true">{glyph}</span><Visible line text={cutAt(text, 400)} /></h2>
        <IconButton label="Copy JSON" onClick={() => void navigator.clipboard?.writeText(JSON.stringify(moment, null, 2))}><CopyIcon /></IconButton>
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </header>
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="grid min-h-0 flex-1 content-start gap-4 overflow-auto p-3" tabIndex={0} role="group" aria-label="Moment">
        <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
          <Fact label="Time"><span className="font-mono" title={bothZones(at)}>{moment.at}</span></Fact>
          <Fact label="After"><span className="font-mono">{offsetOf(at - start)}</span></Fact>
          {run && <RunFacts run={run} />}
          {step && <StepFacts step={step} agent={who} />}
        </dl>
        {run?.error && <Failed error={run.error} />}
        {step?.error && <Failed error={step.error} />}
        {selection.run !== null && (
          <div className="flex flex-wrap gap-2">
            <LinkButton href={hrefOf("trace", selection)}>{selection.span === null ? "See it in the trace" : happening.isError ? "See the failing span" : "See its span"}</LinkButton>
            <LinkButton href={hrefOf("logs", selection)}>Logs at this time</LinkButton>
            <LinkButton href={`/p/${encodeURIComponent(project)}/runs/${encodeURIComponent(selection.run)}`}>Open the run</LinkButton>
          </div>
        )}
        {!run && !step && (
          <section>
            <h3 className="pb-1 text-xs font-medium text-muted">What was told</h3>
            <div className="rounded-md border border-line px-2.5 py-2 font-mono text-sm leading-5 [overflow-wrap:anywhere]"><JsonTree value={moment.data} /></div>
          </section>
        )}
      </div>
    </>
  );
}

function RunFacts({ run }: { readonly run: Run }): ReactElement {
  const status = statusOf(run.status);
  const cost = costOf(run.cost, run.tokens);
  const { input, output } = run.tokens;
  return (
    <>
      <Fact label="Status"><span className={status.colour}><span aria-hidden="true">{status.glyph}</span> {status.label}</span></Fact>
      <Fact label="Took">{run.duration_ms === null ? NONE : formatDuration(run.duration_ms * 1e6)}</Fact>
      <Fact label="Tokens in / out">{input === null && output === null ? NONE : `${formatCount(input)} / ${formatCount(output)}`}</Fact>
      <Fact label="Cost"><span title={cost.why}>{cost.text}</span></Fact>
      {run.models.length > 0 && <Fact label="Models"><Visible line text={run.models.join(", ")} /></Fact>}
      <Fact label="Steps">{run.span_count}{run.error_count > 0 && <span className="text-error">, {run.error_count} failed</span>}</Fact>
    </>
  );
}

function StepFacts({ step, agent }: { readonly step: TimelineStep; readonly agent: string }): ReactElement {
  return (
    <>
      <Fact label="Kind">{step.kind}</Fact>
      <Fact label="Took">{formatDuration(step.duration_ms * 1e6)}</Fact>
      {agent !== "" && <Fact label="Agent"><Visible line text={agent} /></Fact>}
      <Fact label="Span"><WholeName text={step.name} /></Fact>
    </>
  );
}

function Failed({ error }: { readonly error: RunError }): ReactElement {
  return (
    <section className="rounded-md bg-error-wash px-3 py-2">
      <h3 className="font-semibold text-error"><Visible line text={error.type ?? "Error"} /></h3>
      {error.message !== null && <div className="font-mono text-sm leading-5 [overflow-wrap:anywhere]"><Text text={error.message} /></div>}
    </section>
  );
}

function LinkButton({ href, children }: { readonly href: string; readonly children: ReactNode }): ReactElement {
  return <Link href={href} className="inline-flex h-7 items-center rounded border border-line bg-bg px-2 text-sm font-medium whitespace-nowrap hover:bg-hover">{children}</Link>;
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <dt className="text-xs text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
