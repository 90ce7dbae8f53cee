import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { createKey, keysQuery, revokeKey } from "../../data/access";
import { failureOf, refusalOf } from "../../data/failure";
import { KEY_SCOPES, keysCsv, orderKeys, stateOfKey } from "../../model/access";
import type { Key } from "../../model/api";
import { plainOf } from "../../model/visible";
import { CsvButton } from "../../widgets/csv-button";
import { Choice, Confirm, Field, Form, Secret, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { Badge, Moment, Section, Table } from "../../widgets/table";
import { KeyTrial } from "./KeyTrial";
import { SettingsBody, SettingsHead } from "./SettingsHead";

const DAY_MS = 86_400_000;
const LIVES: readonly { readonly days: string; readonly label: string }[] = [
  { days: "", label: "Never" },
  { days: "7", label: "In a week" },
  { days: "30", label: "In 30 days" },
  { days: "90", label: "In 90 days" },
  { days: "365", label: "In a year" },
];

export function KeysPage({ project }: { readonly project: string }): ReactElement {
  const keys = useQuery(keysQuery(project));
  const [now] = useState(() => Date.now());
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <NewKey project={project} />
        <Section
          title="Keys" note="What programs show instead of a login. A revoked key lets nobody in within 5 seconds."
          action={keys.data && keys.data.length > 0 && <CsvButton name={`${project}-keys`} text={() => keysCsv(keys.data, now)} />}
        >
          <Listed data={keys.data} failure={keys.error && failureOf("The keys could not be read", keys.error)} onRetry={() => void keys.refetch()}>
            {(items) => items.length === 0 ? <p className="text-muted">There is none yet.</p> : (
              <Table label="Keys" columns={["Name", "May", "Made", "Last used", "Expires", ""]}>
                {orderKeys(items, now).map((key) => <Line key={key.id} project={project} of={key} now={now} />)}
              </Table>
            )}
          </Listed>
        </Section>
      </SettingsBody>
    </>
  );
}

function Line({ project, of, now }: { readonly project: string; readonly of: Key; readonly now: number }): ReactElement {
  const state = stateOfKey(of, now);
  return (
    <tr className={state === "active" ? "" : "text-muted"}>
      <td>
        <span className="font-medium [overflow-wrap:anywhere]"><Visible line text={of.name} /></span>
        <code className="block font-mono text-xs text-muted">fl_{of.id}…</code>
      </td>
      <td><span className="flex flex-wrap gap-1">{of.scopes.map((scope) => <Badge key={scope}>{scope}</Badge>)}</span></td>
      <td><Moment at={of.created_at} /></td>
      <td><Moment at={of.last_used_at} none="never" /></td>
      <td><Moment at={of.expires_at} none="never" /></td>
      <td className="deed">
        {state === "active"
          ? <Confirm label="Revoke" question="Whatever uses it stops." onYes={() => revokeKey(project, of.id)} />
          : <Badge look={state === "revoked" ? "error" : "warn"}>{state}</Badge>}
      </td>
    </tr>
  );
}

function NewKey({ project }: { readonly project: string }): ReactElement {
  const [made, setMade] = useState<{ readonly key: Key; readonly secret: string } | null>(null);
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    const days = textOf(fields, "days");
    const { key, secret } = await createKey(project, {
      name: textOf(fields, "name"),
      scopes: KEY_SCOPES.map(({ name }) => name).filter((name) => fields.get(name) !== null),
      expires_at: days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
    });
    form.reset();
    setMade({ key, secret });
  };
  return (
    <Section title="New key">
      <Form send={send} refusalOf={refusalOf} action="Make a key" look="inline" className="grid max-w-xl grid-cols-2 gap-4 *:[div[role=alert]]:col-span-2">
        <Field label="Name" name="name" required maxLength={200} autoComplete="off" hint="Who or what will use it." />
        <Choice label="Expires" name="days">
          {LIVES.map(({ days, label }) => <option key={days} value={days}>{label}</option>)}
        </Choice>
        <fieldset className="col-span-2 grid gap-1">
          <legend className="pb-1 text-sm font-medium">It may</legend>
          {KEY_SCOPES.map(({ name, says }) => (
            <label key={name} className="flex min-h-6 items-center gap-2">
              <input type="checkbox" name={name} defaultChecked={name === "ingest"} />
              {says} <span className="text-sm text-muted">{name}</span>
            </label>
          ))}
        </fieldset>
      </Form>
      {made && (
        <>
          <Secret label={`Key ${plainOf(made.key.name)}`} text={made.secret} onDone={() => setMade(null)}>
            Copy it now: it is shown this once, and only its hash is kept.
          </Secret>
          {made.key.scopes.includes("ingest") && <KeyTrial key={made.key.id} project={project} id={made.key.id} secret={made.secret} />}
        </>
      )}
    </Section>
  );
}
