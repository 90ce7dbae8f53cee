import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { keysQuery } from "../../data/access";
import { serverQuery } from "../../data/reads";
import { Button } from "../../widgets/button";
import { CopyIcon } from "../../widgets/icons";
import { Moment } from "../../widgets/table";

const POLL_MS = 2000;

/** A request that sends one log record with a key, as a shell takes it. */
function requestOf(endpoint: string, secret: string): string {
  const record = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello fanlight"}}]}]}]}';
  return `curl -sS ${endpoint}/v1/logs \\\n  -H 'authorization: Bearer ${secret}' -H 'content-type: application/json' \\\n  -d '${record}'`;
}

/** Tries a new key that may send: the command, and a line that says when it was used. */
export function KeyTrial({ project, id, secret }: { readonly project: string; readonly id: string; readonly secret: string }): ReactElement {
  const server = useQuery(serverQuery());
  const keys = useQuery({ ...keysQuery(project), refetchInterval: ({ state }) => (state.data?.find((key) => key.id === id)?.last_used_at ? false : POLL_MS) });
  const [copied, setCopied] = useState(false);
  const used = keys.data?.find((key) => key.id === id)?.last_used_at ?? null;
  const text = requestOf(server.data?.otlp_http ?? new URL(".", document.baseURI).href.replace(/\/$/, ""), secret);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 text-sm font-medium">Try it</h3>
        <Button look="plain" onClick={() => void copy()}><CopyIcon /><span aria-live="polite">{copied ? "Copied" : "Copy"}</span></Button>
      </div>
      <pre className="overflow-x-auto rounded-lg border border-line bg-surface p-3 font-mono text-sm">{text}</pre>
      <p role="status" className={used === null ? "text-muted" : "text-ok"}>
        {used === null ? <><span className="pulse" aria-hidden="true">◌</span> Waiting for its first request…</> : <>✓ It works: first seen <Moment at={used} /></>}
      </p>
    </div>
  );
}
