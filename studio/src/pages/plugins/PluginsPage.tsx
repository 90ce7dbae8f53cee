import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { NONE, formatWhole } from "../../base/format";
import { failureOf, isMissing } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { pluginsQuery } from "../../data/operations";
import type { Plugin, SkippedPlugin } from "../../model/api";
import { isFailing, lastOk, pluginsCsv, standingOf } from "../../model/plugins";
import { CsvButton } from "../../widgets/csv-button";
import { useKeys } from "../../widgets/keys";
import { Name, Visible } from "../../widgets/name";
import { PageHead } from "../../widgets/page-head";
import { Split } from "../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { Badge, Moment, Section, Table } from "../../widgets/table";
import { PluginPanel } from "./PluginPanel";

/** Telemetry exporters: what there is, and how each goes in the agents of this project. */
export function PluginsPage({ project }: { readonly project: string }): ReactElement {
  const { params, change } = useUrlState();
  const found = useQuery({ ...pluginsQuery(project), refetchInterval: 15_000 });
  const { data, error } = found;
  const chosen = data?.items.find(({ id }) => id === params.get("plugin"));
  const choose = (id: string | null): void => change({ plugin: id }, "replace");
  useKeys("Plugins", [{ keys: "Escape", label: "Close the details", run: () => choose(null) }]);
  return (
    <>
      <PageHead title={<><h1 className="text-lg font-semibold">Plugins</h1><span className="text-muted">telemetry exporters</span></>}>
        {data && data.items.length > 0 && <CsvButton name={`${project}-plugins`} text={() => pluginsCsv(data.items)} />}
      </PageHead>
      {!data && error && !isMissing(error) && <ErrorBox failure={failureOf("The exporters could not be read", error)} onRetry={() => void found.refetch()} />}
      {!data && !error && <SkeletonRows count={8} height={36} />}
      {((data && data.items.length === 0 && data.skipped.length === 0) || (error && isMissing(error))) && <NoPlugins />}
      {data && data.items.length + data.skipped.length > 0 && (
        <Split
          name="plugin" initial={400}
          main={
            <div className="grid min-h-0 flex-1 content-start gap-6 overflow-auto p-4">
              {data.items.length > 0 && (
                <Table label="Exporters" columns={["Exporter", "State", "Enabled by", "Version", "From", "Last ok", "Delivered", "Dropped", "Errors"]}>
                  {data.items.map((plugin) => <Line key={plugin.id} plugin={plugin} isChosen={plugin === chosen} onChoose={() => choose(plugin === chosen ? null : plugin.id)} />)}
                </Table>
              )}
              <Skipped skipped={data.skipped} />
            </div>
          }
          side={chosen ? <PluginPanel plugin={chosen} project={project} onClose={() => choose(null)} /> : null}
        />
      )}
    </>
  );
}

const count = (of: number | null | undefined): string => (of === null || of === undefined ? NONE : formatWhole(of));

function Line({ plugin, isChosen, onChoose }: { readonly plugin: Plugin; readonly isChosen: boolean; readonly onChoose: () => void }): ReactElement {
  const { report } = plugin;
  const standing = standingOf(plugin);
  return (
    <tr className={`relative ${isChosen ? "bg-selected!" : ""}`}>
      <th scope="row" className="max-w-64 text-base! font-medium! text-fg!">
        <button type="button" aria-pressed={isChosen} className="block min-h-6 max-w-full truncate text-left after:absolute after:inset-0" onClick={onChoose}><Name text={plugin.name ?? plugin.id} className="" /></button>
        {plugin.description !== "" && <span className="block truncate text-sm font-normal text-muted"><Name text={plugin.description} className="" /></span>}
      </th>
      <td><Badge look={standing.look}><span aria-hidden="true" className="pr-1">{standing.glyph}</span>{standing.label}</Badge></td>
      <td className="max-w-40 truncate text-muted">{plugin.enabled_by.length === 0 ? NONE : <Name text={plugin.enabled_by.join(", ")} className="" />}</td>
      <td className="text-muted">{plugin.version === null ? NONE : <Name text={plugin.version} />}</td>
      <td className="max-w-56 truncate font-mono text-xs text-muted"><Name text={plugin.entry_point ?? plugin.pypi_package ?? "the agent's own"} /></td>
      <td><Moment at={lastOk(report)} /></td>
      <td className="number">{count(report?.delivered)}</td>
      <td className={`number ${report?.dropped ? "text-error" : ""}`}>{count(report?.dropped)}</td>
      <td className={`max-w-64 truncate ${isFailing(plugin) ? "text-error" : "text-muted"}`}>{report?.last_error ? <Name text={report.last_error} /> : NONE}</td>
    </tr>
  );
}

function Skipped({ skipped }: { readonly skipped: readonly SkippedPlugin[] }): ReactElement | null {
  if (skipped.length === 0) return null;
  return (
    <Section title="Not usable" note="Entries of the registry that were left out.">
      <Table label="Entries that were left out" columns={["Entry", "Why"]}>
        {skipped.map(({ entry, reason }) => <tr key={entry}><td className="font-mono text-sm [overflow-wrap:anywhere]"><Visible line text={entry} /></td><td className="text-error"><Visible line text={reason} /></td></tr>)}
      </Table>
    </Section>
  );
}

function NoPlugins(): ReactElement {
  return (
    <Empty title="No exporter is known yet">
      <p>An exporter sends what an agent does to a place of your own, beside Fanlight. An agent lists those that it uses:</p>
      <pre className="rounded-lg border border-line bg-surface p-4 text-left font-mono text-sm text-fg">{"# charm.yaml\nruntime:\n  telemetry:\n    - jsonl"}</pre>
      <p>It shows up here when an agent of this project tells of it, when it is installed beside the server, or when plugin-registry.json lists it.</p>
    </Empty>
  );
}
