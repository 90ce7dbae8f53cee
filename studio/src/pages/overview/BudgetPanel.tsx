import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Link } from "wouter";
import { standingsQuery } from "../../data/budgets";
import { failureOf } from "../../data/failure";
import { nearLimits } from "../../model/budgets";
import { placeOf } from "../../model/link";
import { BudgetBar } from "../../widgets/budget-bar";
import { Listed } from "../../widgets/listed";
import { Panel, Quiet } from "../../widgets/panel";

/** The budgets that are passed or nearly so. */
export function BudgetPanel({ project }: { readonly project: string }): ReactElement {
  const verdict = useQuery({ ...standingsQuery(project), refetchInterval: 60_000 });
  return (
    <Panel title="Budgets" more={<Link href={placeOf(project, "settings/budgets")} className="text-accent hover:underline">All</Link>}>
      <Listed data={verdict.data} failure={verdict.error && failureOf("The budgets could not be read", verdict.error)} onRetry={() => void verdict.refetch()}>
        {({ budgets }) => {
          const near = nearLimits(budgets);
          if (near.length === 0) return <Quiet>{budgets.length === 0 ? "None is set." : "✓ All are well below their limits."}</Quiet>;
          return <ul className="grid gap-3 p-3">{near.map((standing) => <li key={standing.name}><BudgetBar standing={standing} /></li>)}</ul>;
        }}
      </Listed>
    </Panel>
  );
}
