import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { addPerson, disablePerson, peopleQuery } from "../../data/access";
import { failureOf, refusalOf } from "../../data/failure";
import { useSession } from "../../data/session";
import { Confirm, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { Badge, Moment, Section, Table } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

/** Who can sign in to the server at all; it gives nobody a look into a project. */
export function PeoplePage(): ReactElement {
  const people = useQuery(peopleQuery());
  const { person_id } = useSession();
  return (
    <>
      <SettingsHead project={null} />
      <SettingsBody>
        <Section title="People" note="Whoever can sign in. Administrators make people and projects; what is in a project only its members see.">
          <Listed data={people.data} failure={people.error && failureOf("The people could not be read", people.error)} onRetry={() => void people.refetch()}>
            {(items) => (
              <Table label="People" columns={["Person", "Standing", "Since", ""]}>
                {items.map((person) => (
                  <tr key={person.id} className={person.disabled_at === null ? "" : "text-muted"}>
                    <td>
                      <span className="font-medium [overflow-wrap:anywhere]"><Visible line text={person.name || person.email} /></span> {person.id === person_id && <Badge look="ok">you</Badge>}
                      {person.name && <span className="block text-sm text-muted [overflow-wrap:anywhere]"><Visible line text={person.email} /></span>}
                    </td>
                    <td>
                      {person.disabled_at !== null && <Badge look="error">disabled</Badge>}
                      {person.disabled_at === null && person.is_admin && <Badge look="accent">administrator</Badge>}
                    </td>
                    <td><Moment at={person.created_at} /></td>
                    <td className="deed">
                      {person.disabled_at === null && person.id !== person_id && (
                        <Confirm label="Disable" question="End their logins, for good?" onYes={() => disablePerson(person.id)} />
                      )}
                    </td>
                  </tr>
                ))}
              </Table>
            )}
          </Listed>
        </Section>
        <NewPerson />
      </SettingsBody>
    </>
  );
}

function NewPerson(): ReactElement {
  const [made, setMade] = useState("");
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    setMade("");
    const person = await addPerson({
      email: textOf(fields, "email"), name: textOf(fields, "name"), password: textOf(fields, "password"), is_admin: fields.get("is_admin") !== null,
    });
    form.reset();
    setMade(person.email);
  };
  return (
    <Section title="Register somebody" note="Whom an owner invites into a project needs no registration.">
      <Form send={send} refusalOf={refusalOf} action="Register" look="inline" className="grid max-w-xl grid-cols-2 gap-4 *:[div[role=alert]]:col-span-2">
        <Field label="E-mail" name="email" type="email" required autoComplete="off" />
        <Field label="Name" name="name" autoComplete="off" />
        <Field label="First password" name="password" type="password" required minLength={12} autoComplete="new-password" hint="At least 12 characters. They can change it." />
        <label className="flex items-center gap-2"><input type="checkbox" name="is_admin" /> Administrator of the server</label>
      </Form>
      <p role="status" className="text-ok">{made === "" ? "" : `${made} can sign in now.`}</p>
    </Section>
  );
}
