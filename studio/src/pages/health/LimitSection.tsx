import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { formatCount } from "../../base/format";
import { failureOf } from "../../data/failure";
import { limitsQuery } from "../../data/projects";
import type { LimitState } from "../../model/api";
import { Listed } from "../../widgets/listed";
import { Section, Table } from "../../widgets/table";

const NUMBERS = ["Most", "Now", "Refused"];

/** What the project may take up, and does. */
export function LimitSection({ project, rereadMs }: { readonly project: string; readonly rereadMs: number }): ReactElement {
  const limits = useQuery({ ...limitsQuery(project), refetchInterval: rereadMs });
  return (
    <Section title="Limits" note="Of this project. Whoever is over is told when to come again, and loses nothing; of too many names the new ones are folded, and what bears them is stored. Change one: fanlight projects set NAME --limit spans_per_s=5000.">
      <Listed data={limits.data?.items} failure={limits.error && failureOf("The limits could not be read", limits.error)} onRetry={() => void limits.refetch()}>
        {(found) => (
          <Table label="Limits" columns={["Limit", ...NUMBERS, "Set by"]} numbers={NUMBERS}>
            {found.map((limit) => <Row key={limit.name} limit={limit} />)}
          </Table>
        )}
      </Listed>
    </Section>
  );
}

function Row({ limit }: { readonly limit: LimitState }): ReactElement {
  const isNear = limit.used !== null && limit.value > 0 && limit.used > 0.8 * limit.value;
  return (
    <tr>
      <td title={limit.name}>
        {limit.help}
        {limit.examples.length > 0 && <p className="break-all text-sm text-warn">Folded: {limit.examples.join(" · ")}. Put what varies into attribute values, or raise {limit.name}.</p>}
      </td>
      <td className="number">{limit.value === 0 ? "any" : `${formatCount(limit.value)} ${limit.unit}`}</td>
      <td className={`number ${isNear ? "text-warn" : ""}`}>{limit.used === null ? "" : formatCount(limit.used)}</td>
      <td className={`number ${limit.refused > 0 ? "text-error" : ""}`}>{limit.refused === 0 ? "" : formatCount(limit.refused)}</td>
      <td className="text-muted">{limit.own === null ? "the server" : "the project"}</td>
    </tr>
  );
}
