import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { NONE, formatWhole } from "../../base/format";
import { failureOf } from "../../data/failure";
import { pluginsQuery } from "../../data/operations";
import { placeOf } from "../../model/link";
import { isFailing, standingOf } from "../../model/plugins";
import { Listed } from "../../widgets/listed";
import { Name } from "../../widgets/name";
import { Badge, Moment, Section, Table } from "../../widgets/table";

/** The exporters of this project's agents that do not deliver. */
export function ExporterSection({ project }: { readonly project: string }): ReactElement {
  const plugins = useQuery({ ...pluginsQuery(project), refetchInterval: 30_000 });
  return (
    <Section title="Exporters that fail" note="What agents of this project send elsewhere, beside Fanlight.">
      <Listed data={plugins.data} failure={plugins.error && failureOf("The exporters could not be read", plugins.error)} onRetry={() => void plugins.refetch()}>
        {({ items }) => {
          const failing = items.filter(isFailing);
          if (failing.length === 0) return <p className="text-muted"><span className="text-ok">✓ None.</span> <Link href={placeOf(project, "plugins")} className="text-accent hover:underline">All exporters</Link></p>;
          return (
            <Table label="Exporters that fail" columns={["Exporter", "State", "Dropped", "Last error", "Told"]}>
              {failing.map((plugin) => (
                <tr key={plugin.id} className="relative">
                  <th scope="row" className="text-base! font-medium! text-fg!"><Link href={placeOf(project, "plugins", { plugin: plugin.id })} className="after:absolute after:inset-0"><Name text={plugin.name ?? plugin.id} /></Link></th>
                  <td><Badge look={standingOf(plugin).look}>{standingOf(plugin).label}</Badge></td>
                  <td className="number">{plugin.report?.dropped ? formatWhole(plugin.report.dropped) : NONE}</td>
                  <td className="max-w-96 truncate text-error"><Name text={plugin.report?.error ?? plugin.report?.last_error ?? NONE} /></td>
                  <td><Moment at={plugin.report?.at ?? null} /></td>
                </tr>
              ))}
            </Table>
          );
        }}
      </Listed>
    </Section>
  );
}
