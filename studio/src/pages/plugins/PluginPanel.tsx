import { type ReactElement, type ReactNode, useState } from "react";
import { Link } from "wouter";
import { NONE, formatWhole } from "../../base/format";
import type { Plugin } from "../../model/api";
import { placeOf } from "../../model/link";
import { runHref } from "../../model/runs";
import { installSnippet, missingSecrets, standingOf } from "../../model/plugins";
import { Button, IconButton } from "../../widgets/button";
import { CloseIcon, CopyIcon } from "../../widgets/icons";
import { Visible, WholeName } from "../../widgets/name";
import { Badge, Moment } from "../../widgets/table";

/** One exporter: how it stands, what it lacks, where it comes from, how it is installed. */
export function PluginPanel({ plugin, project, onClose }: { readonly plugin: Plugin; readonly project: string; readonly onClose: () => void }): ReactElement {
  const { report } = plugin;
  const standing = standingOf(plugin);
  const missing = missingSecrets(report?.error ?? report?.last_error ?? null);
  return (
    <>
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-4">
        <h2 className="min-w-0 flex-1 truncate font-semibold"><WholeName text={plugin.name ?? plugin.id} /></h2>
        <Badge look={standing.look}>{standing.label}</Badge>
        <IconButton label="Close (Esc)" onClick={onClose}><CloseIcon /></IconButton>
      </div>
      <div className="grid min-h-0 flex-1 content-start gap-5 overflow-auto p-4">
        <p>{plugin.description === "" ? standing.says : <><Visible text={plugin.description} /> <span className="text-muted">{standing.says}</span></>}</p>
        {missing.length > 0 && (
          <div className="rounded-lg bg-warn-wash p-3">
            <h3 className="pb-1 font-medium">It lacks a secret</h3>
            {missing.map((name) => <code key={name} className="block font-mono text-sm">{name}</code>)}
            <p className="pt-1 text-sm text-muted">Set it in the agent's environment: no value of it is ever shown here.</p>
          </div>
        )}
        {report?.last_error && (
          <div className="grid gap-1">
            <h3 className="text-xs text-muted">Last error <Moment at={report.last_error_at} /></h3>
            <pre className="max-h-64 overflow-auto rounded-lg bg-error-wash p-3 font-mono text-sm whitespace-pre-wrap text-error [overflow-wrap:anywhere]"><Visible text={report.last_error} /></pre>
          </div>
        )}
        <Facts plugin={plugin} project={project} />
        {plugin.listed || plugin.installed ? <Install text={installSnippet(plugin)} /> : null}
      </div>
    </>
  );
}

/** So many hooks has an exporter that hears of everything. */
const EVERY_HOOK = 8;

const count = (of: number | null): string => (of === null ? NONE : formatWhole(of));

function Facts({ plugin, project }: { readonly plugin: Plugin; readonly project: string }): ReactElement {
  const { report } = plugin;
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {plugin.version !== null && <Fact label="Version"><Visible line text={plugin.version} /></Fact>}
      {plugin.pypi_package !== null && <Fact label="Package"><code className="font-mono text-sm"><Visible line text={plugin.pypi_package} /></code></Fact>}
      {plugin.entry_point !== null && <Fact label="Entry point"><code className="font-mono text-sm"><Visible line text={plugin.entry_point} /></code></Fact>}
      <Fact label="Known from">{[plugin.listed && "the registry", plugin.installed && "the server's environment", report && "an agent"].filter(Boolean).join(", ")}</Fact>
      {plugin.enabled_by.length > 0 && <Fact label="Enabled by"><Links names={plugin.enabled_by} project={project} /></Fact>}
      {plugin.enabled_by.length === 0 && <Fact label="Enabled by">no published agent: its charm.yaml lists it under runtime.telemetry</Fact>}
      {plugin.hooks !== null && <Fact label="Hooks">{plugin.hooks.length === EVERY_HOOK ? "all eight of Charm's" : plugin.hooks.length === 0 ? "none of Charm's" : plugin.hooks.join(", ")}</Fact>}
      {plugin.variables !== null && plugin.variables.length > 0 && (
        <Fact label="Reads">{plugin.variables.map((name) => <code key={name} className="block font-mono text-sm"><Visible line text={name} /></code>)}</Fact>
      )}
      {plugin.author !== "" && <Fact label="Author"><Visible text={plugin.author} line /></Fact>}
      {plugin.tags.length > 0 && <Fact label="Tags"><Visible line text={plugin.tags.join(", ")} /></Fact>}
      {plugin.github_url !== null && <Fact label="Source"><Visible text={plugin.github_url} line /></Fact>}
      {report && (
        <>
          <Fact label="Runs as">{report.place === "process" ? "a process of its own" : report.place === "thread" ? "a thread of the agent" : NONE}</Fact>
          <Fact label="Delivered">{count(report.delivered)}</Fact>
          <Fact label="Dropped"><span className={report.dropped ? "text-error" : ""}>{count(report.dropped)}</span></Fact>
          <Fact label="Restarts">{count(report.restarts)}</Fact>
          <Fact label="Told by">{report.service === null ? NONE : <Visible line text={report.service} />}, <Moment at={report.at} /></Fact>
          {report.run !== null && <Fact label="In run"><Link href={runHref(project, report.run)} className="font-mono text-sm text-accent hover:underline"><Visible line text={report.run.slice(0, 12)} /></Link></Fact>}
        </>
      )}
    </dl>
  );
}

/** Agents by name, each with a way to its page. */
function Links({ names, project }: { readonly names: readonly string[]; readonly project: string }): ReactElement {
  return <>{names.map((name) => <Link key={name} href={placeOf(project, `agents/${name.split("/").map(encodeURIComponent).join("/")}`)} className="block text-accent hover:underline"><Visible line text={name} /></Link>)}</>;
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return <><dt className="text-muted">{label}</dt><dd className="[overflow-wrap:anywhere]">{children}</dd></>;
}

function Install({ text }: { readonly text: string }): ReactElement {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <div className="grid gap-1">
      <div className="flex items-center"><h3 className="flex-1 text-xs text-muted">Use it in an agent</h3><Button look="plain" onClick={() => void copy()}><CopyIcon /><span aria-live="polite">{copied ? "Copied" : "Copy"}</span></Button></div>
      <pre className="overflow-x-auto rounded-lg border border-line bg-surface p-3 font-mono text-sm"><Visible text={text} /></pre>
    </div>
  );
}
