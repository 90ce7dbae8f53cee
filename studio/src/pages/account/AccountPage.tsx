import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { changePassword, endLogin, loginsQuery } from "../../data/access";
import { failureOf, refusalOf } from "../../data/failure";
import { signOut, useSession } from "../../data/session";
import { nameOfPlace } from "../../model/access";
import { plainOf } from "../../model/visible";
import { Confirm, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { PageHead } from "../../widgets/page-head";
import { Badge, Moment, Section, Table } from "../../widgets/table";

/** One's own account. */
export function AccountPage(): ReactElement {
  const { name } = useSession();
  return (
    <>
      <PageHead title={<><h1 className="text-lg font-semibold">Account</h1><span className="truncate text-muted">{name}</span></>} />
      <div className="min-h-0 flex-1 overflow-auto">
        <div className="grid max-w-4xl gap-10 p-6">
          <Logins />
          <Password />
        </div>
      </div>
    </>
  );
}

function Logins(): ReactElement {
  const logins = useQuery(loginsQuery());
  return (
    <Section title="Where you are signed in" note="Browsers and terminals. What you do not know, sign out there and change your password.">
      <Listed data={logins.data} failure={logins.error && failureOf("The logins could not be read", logins.error)} onRetry={() => void logins.refetch()}>
        {(items) => (
          <Table label="Logins" columns={["Where", "Kind", "Since", "Last used", "Until", ""]}>
            {items.map((login) => (
              <tr key={login.id}>
                <td className="font-medium [overflow-wrap:anywhere]"><span title={plainOf(login.label)}><Visible line text={nameOfPlace(login.label)} /></span> {login.current && <Badge look="ok">this one</Badge>}</td>
                <td className="text-muted">{login.kind}</td>
                <td><Moment at={login.created_at} /></td>
                <td><Moment at={login.last_used_at} /></td>
                <td><Moment at={login.expires_at} /></td>
                <td className="deed">{!login.current && <Confirm label="Sign out there" question="End this login?" onYes={() => endLogin(login.id)} />}</td>
              </tr>
            ))}
          </Table>
        )}
      </Listed>
      <div><Confirm label="Sign out everywhere" question="Here too?" onYes={() => signOut(true)} /></div>
    </Section>
  );
}

function Password(): ReactElement {
  const [done, setDone] = useState(false);
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    setDone(false);
    await changePassword(textOf(fields, "old"), textOf(fields, "new"));
    form.reset();
    setDone(true);
  };
  return (
    <Section title="Password" note="A new one ends all of your other logins.">
      <Form send={send} refusalOf={refusalOf} action="Change password" look="inline" className="grid max-w-sm gap-4">
        <Field label="Password now" name="old" type="password" required autoComplete="current-password" />
        <Field label="New password" name="new" type="password" required minLength={12} autoComplete="new-password" hint="At least 12 characters; a few words do well." />
      </Form>
      <p role="status" className="text-ok">{done ? "The password is changed; your other logins have ended." : ""}</p>
    </Section>
  );
}
