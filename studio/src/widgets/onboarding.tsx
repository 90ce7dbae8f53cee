import { type ReactElement, useState } from "react";
import { SNIPPETS, fillSnippet } from "../model/snippets";
import { formatBytes } from "../base/format";
import { clockTime, parseMillis } from "../base/time";
import type { Refusal } from "../model/api";
import { Button } from "./button";
import { CopyIcon } from "./icons";

/** What to run so that data lands here; whoever shows it replaces it when the first data comes. */
export function Onboarding({ project, endpoint, guarded, refusals }: {
  readonly project: string;
  readonly endpoint: string;
  readonly guarded: boolean;
  /** The last requests that the server refused, newest first. */
  readonly refusals: readonly Refusal[];
}): ReactElement {
  const [name, setName] = useState(SNIPPETS[0]?.name ?? "");
  const [copied, setCopied] = useState(false);
  const snippet = SNIPPETS.find((candidate) => candidate.name === name) ?? SNIPPETS[0];
  if (!snippet) throw new Error("no snippets");
  const text = fillSnippet(snippet.text, { endpoint, project });
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <div className="mx-auto grid max-w-4xl gap-5 px-6 pt-[7vh] pb-12">
        <div className="grid gap-1">
          <h2 className="text-xl font-semibold">Send your first run</h2>
          <p className="text-muted">
            Fanlight takes OpenTelemetry as it is, at <code className="font-mono text-sm text-fg">{endpoint}</code>. Run one of
            these, or point what you already have at it.
          </p>
        </div>
        <div className="overflow-hidden rounded-lg border border-line">
          <div role="tablist" aria-label="Ways to send data" className="flex flex-wrap gap-1 border-b border-line bg-surface px-2 pt-1">
            {SNIPPETS.map((candidate) => (
              <button
                key={candidate.name}
                type="button"
                role="tab"
                id={`tab-${candidate.name}`}
                aria-controls="snippet"
                aria-selected={candidate.name === snippet.name}
                className="-mb-px h-8 border-b-2 border-transparent px-2.5 font-medium text-muted hover:text-fg aria-selected:border-accent aria-selected:text-fg"
                onClick={() => setName(candidate.name)}
              >
                {candidate.label}
              </button>
            ))}
          </div>
          <div id="snippet" role="tabpanel" aria-labelledby={`tab-${snippet.name}`}>
            {snippet.install !== "" && (
              <pre className="overflow-x-auto border-b border-line px-4 py-2 font-mono text-sm text-muted"><span aria-hidden="true">$ </span>{snippet.install}</pre>
            )}
            <div className="relative">
              {/* It scrolls, so the keyboard must reach it. */}
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
              <pre className="max-h-[46vh] overflow-auto px-4 py-3 font-mono text-sm leading-5" tabIndex={0} aria-label={`${snippet.label} snippet`}>{text}</pre>
              <Button className="absolute top-2 right-4" onClick={() => void copy()}>
                <CopyIcon />
                <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
              </Button>
            </div>
            <p className="border-t border-line bg-surface px-4 py-2 text-sm text-muted">
              Save as <code className="font-mono text-fg">{snippet.file}</code>, then <code className="font-mono text-fg">{snippet.run}</code>
            </p>
          </div>
        </div>
        {guarded && (
          <p className="text-muted">
            This server asks for a key: <code className="font-mono text-sm text-fg">fanlight keys add</code> makes one; send it as{" "}
            <code className="font-mono text-sm text-fg">OTEL_EXPORTER_OTLP_HEADERS=&quot;authorization=Bearer fl_…&quot;</code>.
          </p>
        )}
        {refusals.length > 0 && <Refusals refusals={refusals} />}
        <p className="flex items-center gap-2 text-muted" role="status">
          <span className="pulse text-accent" aria-hidden="true">●</span>
          <span>
            Listening for the first data of <strong className="font-semibold text-fg">{project}</strong>. This page changes by itself.
          </span>
        </p>
      </div>
    </div>
  );
}

/** Something did arrive, and could not be taken. */
function Refusals({ refusals }: { readonly refusals: readonly Refusal[] }): ReactElement {
  return (
    <section aria-label="Refused requests" className="grid gap-2 rounded-lg border border-warn p-4">
      <h3 className="font-semibold text-warn">Something arrived and was refused</h3>
      <ul className="grid gap-1">
        {refusals.map((refusal, index) => (
          <li key={index} className="flex flex-wrap gap-x-3">
            <time className="font-mono text-sm text-muted" dateTime={refusal.time}>{clockTime(parseMillis(refusal.time)).slice(0, 8)}</time>
            <span className="font-mono text-sm">{refusal.status}</span>
            <span className="min-w-0 [overflow-wrap:anywhere]">{refusal.reason.replaceAll("_", " ")}</span>
            <span className="text-muted">{refusal.signal ?? "unknown signal"}, {formatBytes(refusal.bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
