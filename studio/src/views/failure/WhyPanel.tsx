import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { failureOf } from "../../data/failure";
import type { Failure, Retry, Statement } from "../../model/api";
import { plainOf } from "../../model/visible";
import { Visible } from "../../widgets/name";
import { Badge } from "../../widgets/table";
import { Button } from "../../widgets/button";

interface Reader {
  /** Shows a span by its id. */
  readonly onSpan: (id: string) => void;
  readonly logHref: (id: string) => string;
}

const CONFIDENCE: Readonly<Record<string, "ok" | "warn" | "plain">> = { high: "ok", medium: "warn", low: "plain" };

/** The first cause, the way from it to the symptom, what was tried again, and what to do. Each leads to its span. */
export function WhyPanel({ failure, ...reader }: Reader & { readonly failure: Failure }): ReactElement {
  const { cause, symptom, chain, retries, notes } = failure;
  const isNew = symptom !== null && symptom.span_id !== cause?.span_id;
  return (
    <section id="why" aria-label="Why it failed" className="max-h-[38vh] shrink-0 overflow-auto border-b border-line bg-surface px-4 py-3">
      <div className="grid gap-x-8 gap-y-3 md:grid-cols-2">
        <div className="grid content-start gap-3">
          <div className="grid gap-1">
            <h2 className="flex items-center gap-2 text-xs font-medium text-muted">
              {failure.verdict === "failed" ? "First cause" : "Nothing failed, but this looks wrong"}
              {cause && <Badge look={CONFIDENCE[cause.confidence] ?? "plain"}>{cause.confidence} confidence</Badge>}
            </h2>
            {cause ? <p className="text-lg font-medium"><Evidence of={cause} {...reader} /></p> : <p>No first cause stands out.</p>}
          </div>
          {failure.next && (
            <div>
              <h3 className="text-xs font-medium text-muted">What to do</h3>
              <p>{failure.next}</p>
            </div>
          )}
        </div>
        <div className="grid content-start gap-3">
          {chain.length > 1 && (
            <Steps title="From cause to symptom">
              {chain.map((link, index) => (
                <Step key={`${link.span_id} ${index}`} onClick={() => reader.onSpan(link.span_id)} name={link.name}>{link.statement}</Step>
              ))}
            </Steps>
          )}
          {isNew && chain.length <= 1 && <div><h3 className="text-xs font-medium text-muted">Last symptom</h3><p><Evidence of={symptom} {...reader} /></p></div>}
          {retries.length > 0 && (
            <Steps title="Tried again">
              {retries.map((retry, index) => <RetryStep key={index} retry={retry} {...reader} />)}
            </Steps>
          )}
          {notes.length > 0 && (
            <Steps title="Also seen">
              {notes.map((note, index) => <li key={index}><Evidence of={note} {...reader} /></li>)}
            </Steps>
          )}
          {failure.truncated && <p className="text-sm text-warn">Only the earliest spans of this very large run were looked at.</p>}
        </div>
      </div>
    </section>
  );
}

function Steps({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <h3 className="text-xs font-medium text-muted">{title}</h3>
      <ol className="grid grid-cols-[minmax(0,1fr)]">{children}</ol>
    </div>
  );
}

function Step({ name, onClick, children }: { readonly name: string; readonly onClick: () => void; readonly children: string }): ReactElement {
  return (
    <li>
      <button type="button" className="-mx-1 flex min-h-6 w-[calc(100%+8px)] items-baseline gap-2 rounded px-1 text-left hover:bg-hover" title={plainOf(children)} onClick={onClick}>
        <span className="shrink-0 text-muted" aria-hidden="true">↑</span>
        <span className="max-w-[45%] shrink-0 truncate font-medium"><Visible line text={name.slice(0, 300)} /></span>
        <span className="min-w-0 truncate text-muted"><Visible line text={children} /></span>
      </button>
    </li>
  );
}

function RetryStep({ retry, onSpan }: Reader & { readonly retry: Retry }): ReactElement {
  const look = { succeeded: "text-ok", failed: "text-error" }[retry.outcome] ?? "text-warn";
  return (
    <li className="py-0.5">
      <p><span className={look}>{retry.outcome}</span> <Visible line text={retry.statement} /></p>
      <p className="flex flex-wrap gap-1">
        {retry.span_ids.map((id, index) => (
          <button key={id} type="button" className="min-h-6 rounded border border-line px-1.5 text-sm hover:bg-hover" onClick={() => onSpan(id)}>try {index + 1}</button>
        ))}
      </p>
    </li>
  );
}

/** A statement; a click leads to the span or the log record that it stands on. */
function Evidence({ of, onSpan, logHref }: Reader & { readonly of: Statement }): ReactElement {
  const { span_id, log_id, statement } = of;
  const look = "text-left underline decoration-line decoration-1 underline-offset-4 hover:decoration-accent [overflow-wrap:anywhere]";
  if (span_id !== null) return <button type="button" className={look} onClick={() => onSpan(span_id)}><Visible text={statement} /></button>;
  if (log_id !== null) return <Link className={look} href={logHref(log_id)}><Visible text={statement} /></Link>;
  return <span className="[overflow-wrap:anywhere]"><Visible text={statement} /></span>;
}

/** The analysis could not be read: one line, for the trace itself is there. */
export function WhyFailed({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }): ReactElement {
  return (
    <p className="flex shrink-0 items-center gap-3 border-b border-line px-4 py-1.5 text-muted" role="alert">
      {failureOf("Why it failed could not be found out", error).message}
      <Button onClick={onRetry}>Retry</Button>
    </p>
  );
}
