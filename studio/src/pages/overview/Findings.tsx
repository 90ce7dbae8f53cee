import type { ReactElement } from "react";
import { Link } from "wouter";
import { useReading } from "../../data/reading";
import type { Finding } from "../../model/api";
import { labelOfFinding, worthSeeing } from "../../model/findings";
import type { Range } from "../../model/range";
import { runHref } from "../../model/runs";
import { useFindings } from "../../views/runs/useFindings";
import { Visible } from "../../widgets/name";
import { Panel } from "../../widgets/panel";
import { Badge, Moment } from "../../widgets/table";

const SHOWN = 6;

/** Runs that go round in circles or stand still: those that do so now first. Nothing where there are none. */
export function Findings({ project, range }: { readonly project: string; readonly range: Range }): ReactElement | null {
  const now = useReading(range);
  const found = worthSeeing([...useFindings(project).values()].flat(), range, now);
  if (found.length === 0) return null;
  return (
    <Panel title="Loops and standstill" count={found.length}>
      <ul className="divide-y divide-soft">
        {found.slice(0, SHOWN).map((finding) => <Line key={finding.id} project={project} finding={finding} />)}
      </ul>
      {found.length > SHOWN && <p className="border-t border-soft px-3 py-2 text-sm text-muted">{found.length - SHOWN} more are marked in the list of runs.</p>}
    </Panel>
  );
}

function Line({ project, finding }: { readonly project: string; readonly finding: Finding }): ReactElement {
  return (
    <li className="relative flex items-center gap-3 px-3 py-2 hover:bg-hover">
      <Badge look={finding.state === "open" ? "warn" : "plain"}>{labelOfFinding(finding)}</Badge>
      <Link href={runHref(project, finding.run_id)} className="min-w-0 flex-1 truncate after:absolute after:inset-0"><Visible text={finding.statement} line /></Link>
      <span className="shrink-0 text-sm text-muted">{finding.state === "open" ? "goes on since" : "over, since"} <Moment at={finding.since} /></span>
    </li>
  );
}
