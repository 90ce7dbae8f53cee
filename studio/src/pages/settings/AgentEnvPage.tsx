import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { agentEnvQuery, agentsQuery, removeAgentVariable, setAgentVariable } from "../../data/agents";
import { failureOf, refusalOf } from "../../data/failure";
import { useUrlState } from "../../data/hooks";
import { useSession } from "../../data/session";
import { plainOf } from "../../model/visible";
import { Choice, Confirm, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Moment, Section, Table } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

/** What agents find in their environment. Values go in and never come out again. */
export function AgentEnvPage({ project }: { readonly project: string }): ReactElement {
  const isLocal = useSession().mode === "local";
  const agents = useQuery(agentsQuery(project));
  // The page of an agent leads here with its name.
  const { params } = useUrlState();
  const [chosen, setChosen] = useState(params.get("agent") ?? "");
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        {isLocal ? <AtATerminal project={project} /> : (
          <Listed data={agents.data} failure={agents.error && failureOf("The agents could not be read", agents.error)} onRetry={() => void agents.refetch()}>
            {(items) => {
              const agent = chosen || items[0]?.name;
              return agent === undefined ? <p className="text-muted">No agent was heard of yet.</p> : (
                <>
                  <div className="max-w-sm">
                    <Choice label="Agent" value={agent} onChange={(event) => setChosen(event.currentTarget.value)}>
                      {items.map(({ name }) => <option key={name} value={name}>{plainOf(name)}</option>)}
                    </Choice>
                  </div>
                  <Variables key={agent} project={project} agent={agent} />
                </>
              );
            }}
          </Listed>
        )}
      </SettingsBody>
    </>
  );
}

function Variables({ project, agent }: { readonly project: string; readonly agent: string }): ReactElement {
  const found = useQuery(agentEnvQuery(project, agent));
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    await setAgentVariable(project, agent, textOf(fields, "name"), textOf(fields, "value"));
    form.reset();
  };
  return (
    <>
      <Section title="Variables" note="Given to the agent when the server runs it, and to nobody else. They are encrypted, and no page shows a value again.">
        <Listed data={found.data} failure={found.error && failureOf("The variables could not be read", found.error)} onRetry={() => void found.refetch()}>
          {(items) => items.length === 0 ? <p className="text-muted">It has none yet.</p> : (
            <Table label={`Variables of ${agent}`} columns={["Name", "Set", "By", ""]}>
              {items.map(({ name, updated_at, updated_by }) => (
                <tr key={name}>
                  <td><code className="font-mono [overflow-wrap:anywhere]">{name}</code></td>
                  <td><Moment at={updated_at} /></td>
                  <td className="text-muted [overflow-wrap:anywhere]">{updated_by}</td>
                  <td className="deed">
                    <Confirm label="Remove" question="The next run goes without it." onYes={() => removeAgentVariable(project, agent, name)} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Listed>
      </Section>
      <Section title="Set a variable">
        <Form send={send} refusalOf={refusalOf} action="Set it" look="inline" className="grid max-w-xl grid-cols-2 gap-4 *:[div[role=alert]]:col-span-2">
          <Field label="Name" name="name" required maxLength={128} pattern="[A-Za-z_][A-Za-z0-9_]*" autoComplete="off" autoCapitalize="off" hint="As in OPENAI_API_KEY." />
          <Field label="Value" name="value" type="password" required autoComplete="new-password" hint="It replaces what was set before." />
        </Form>
      </Section>
    </>
  );
}

/** Without people a browser is anybody's on this machine: only whoever may read the data directory sets secrets. */
function AtATerminal({ project }: { readonly project: string }): ReactElement {
  return (
    <Section title="Variables" note="Nobody is registered here, so a page could not tell who asks. At a terminal of this machine:">
      <pre className="max-w-xl overflow-x-auto rounded-lg border border-line bg-surface p-4 font-mono text-sm">
        {`fanlight agents env set AGENT NAME --project ${project}\nfanlight agents env list AGENT --project ${project}`}
      </pre>
    </Section>
  );
}
