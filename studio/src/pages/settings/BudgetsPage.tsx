import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { agentsQuery } from "../../data/agents";
import { budgetsQuery, removeBudget, setBudget, standingsQuery } from "../../data/budgets";
import { failureOf, refusalOf } from "../../data/failure";
import { useMay } from "../../data/session";
import type { Budget, Standing } from "../../model/api";
import { amountOf, budgetsCsv, periodOf, whoseBudget } from "../../model/budgets";
import { plainOf } from "../../model/visible";
import { BudgetBar } from "../../widgets/budget-bar";
import { Button } from "../../widgets/button";
import { CsvButton } from "../../widgets/csv-button";
import { Choice, Confirm, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { Moment, Section } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

const REREAD_MS = 15_000;

/** What the project, an agent or a room may use, and how much of it is used. */
export function BudgetsPage({ project }: { readonly project: string }): ReactElement {
  const budgets = useQuery(budgetsQuery(project));
  const verdict = useQuery({ ...standingsQuery(project), refetchInterval: REREAD_MS });
  const mayWrite = useMay(project, "write");
  const [changed, setChanged] = useState<Budget | null>(null);
  const standings = new Map(verdict.data?.budgets.map((standing) => [standing.name, standing]));
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Section
          title="Budgets" note="An agent that asks the guard stops when a budget that holds for it is passed; here everybody sees how they stand. Days and months are those of UTC."
          action={budgets.data && budgets.data.length > 0 && <CsvButton name={`${project}-budgets`} text={() => budgetsCsv(budgets.data, verdict.data?.budgets ?? [])} />}
        >
          <Listed data={budgets.data} failure={budgets.error && failureOf("The budgets could not be read", budgets.error)} onRetry={() => void budgets.refetch()}>
            {(items) => items.length === 0 ? <p className="text-muted">None is set yet.</p> : (
              <ul className="divide-y divide-soft rounded-lg border border-line" aria-label="Budgets">
                {items.map((budget) => (
                  <Line key={budget.name} project={project} budget={budget} standing={standings.get(budget.name)} mayWrite={mayWrite} onChange={() => setChanged(budget)} />
                ))}
              </ul>
            )}
          </Listed>
        </Section>
        {mayWrite && <BudgetForm key={changed?.name ?? ""} project={project} changed={changed} onDone={() => setChanged(null)} />}
      </SettingsBody>
    </>
  );
}

function Line({ project, budget, standing, mayWrite, onChange }: {
  readonly project: string;
  readonly budget: Budget;
  readonly standing: Standing | undefined;
  readonly mayWrite: boolean;
  readonly onChange: () => void;
}): ReactElement {
  return (
    <li className="flex items-center gap-6 px-4 py-3" aria-label={plainOf(budget.name)}>
      <div className="min-w-0 flex-1">
        {standing ? <BudgetBar standing={standing} /> : (
          <p><b className="font-medium"><Visible line text={budget.name} /></b> <span className="text-muted"><Visible line text={whoseBudget(budget)} />, {amountOf(budget.limit, budget.unit)} {periodOf(budget)}: each run is measured by itself</span></p>
        )}
      </div>
      <span className="text-sm text-muted max-lg:hidden">set <Moment at={budget.created_at} /></span>
      {mayWrite && <span className="flex shrink-0 items-center gap-2"><Button onClick={onChange}>Change</Button><Confirm label="Remove" question="Nothing holds its agents back then." onYes={() => removeBudget(project, budget.name)} /></span>}
    </li>
  );
}

function BudgetForm({ project, changed, onDone }: { readonly project: string; readonly changed: Budget | null; readonly onDone: () => void }): ReactElement {
  const agents = useQuery(agentsQuery(project));
  const [scope, setScope] = useState<Budget["scope"]>(changed?.scope ?? "project");
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    await setBudget(project, {
      name: changed?.name ?? textOf(fields, "name").trim(), scope, subject: scope === "project" ? "" : textOf(fields, "subject").trim(),
      period: textOf(fields, "period") as Budget["period"], unit: textOf(fields, "unit") as Budget["unit"], limit: textOf(fields, "limit").trim(),
    });
    form.reset();
    setScope("project");
    onDone();
  };
  return (
    <Section title={changed ? `Change ${plainOf(changed.name)}` : "New budget"}>
      <Form send={send} refusalOf={refusalOf} action={changed ? "Change it" : "Set the budget"} look="inline" className="grid max-w-3xl grid-cols-3 gap-4 max-md:grid-cols-2 *:[div[role=alert]]:col-span-full">
        <Field label="Name" name="name" required maxLength={200} autoComplete="off" readOnly={changed !== null} defaultValue={changed?.name ?? ""} placeholder="monthly" />
        <Choice label="Of" name="scope" value={scope} onChange={(event) => setScope(event.target.value as Budget["scope"])}>
          <option value="project">the whole project</option>
          <option value="agent">an agent</option>
          <option value="room">a room</option>
        </Choice>
        {scope === "project" ? <span className="max-md:hidden" /> : (
          <Field label={scope === "agent" ? "Agent" : "Room"} name="subject" required maxLength={1024} autoComplete="off" list={scope === "agent" ? "agents-known" : undefined} defaultValue={changed?.subject ?? ""} />
        )}
        <Field label="Limit" name="limit" required inputMode="decimal" pattern="[0-9]*\.?[0-9]+" autoComplete="off" defaultValue={changed?.limit ?? ""} placeholder="25.00" />
        <Choice label="In" name="unit" defaultValue={changed?.unit ?? "usd"}><option value="usd">US dollars</option><option value="tokens">tokens, in and out</option></Choice>
        <Choice label="For each" name="period" defaultValue={changed?.period ?? "month"}><option value="day">day</option><option value="month">month</option><option value="run">run</option></Choice>
        <datalist id="agents-known">{agents.data?.map(({ name }) => <option key={name} value={name}>{plainOf(name)}</option>)}</datalist>
      </Form>
      {changed && <div><Button onClick={onDone}>Leave it as it is</Button></div>}
    </Section>
  );
}
