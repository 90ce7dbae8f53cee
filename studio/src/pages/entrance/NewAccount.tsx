import { type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { refusalOf } from "../../data/failure";
import { acceptInvite, setUp } from "../../data/session";
import { Field, Form, textOf } from "../../widgets/form";
import { Card, useFragment } from "./Card";

export const PASSWORD_HINT = "At least 12 characters; a few words do well.";

/** The first start: whoever holds the token that the server printed becomes its first person. */
export function SetUpPage(): ReactElement {
  const token = useFragment();
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState(token);
  const send = async (fields: FormData): Promise<void> => {
    await setUp({ token: typed, email: textOf(fields, "email"), name: textOf(fields, "name"), password: textOf(fields, "password") });
    navigate("/", { replace: true });
  };
  return (
    <Card title="Set up Fanlight">
      <p className="text-muted">
        Nobody is registered yet. You become the first administrator and the owner of every project there is.
      </p>
      <Form send={send} refusalOf={refusalOf} action="Set up">
        {token === "" && (
          <Field
            label="Set-up token" name="token" required autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)}
            hint="The server printed it when it started, behind /setup#"
          />
        )}
        <Field label="E-mail" name="email" type="email" required autoComplete="username" />
        <Field label="Name" name="name" autoComplete="name" hint="What others read." />
        <Field label="Password" name="password" type="password" required minLength={12} autoComplete="new-password" hint={PASSWORD_HINT} />
      </Form>
    </Card>
  );
}

/** Somebody was asked in; whoever is known already comes in with the password that they have. */
export function InvitePage(): ReactElement {
  const token = useFragment();
  const [, navigate] = useLocation();
  const send = async (fields: FormData): Promise<void> => {
    await acceptInvite({ token, name: textOf(fields, "name"), password: textOf(fields, "password") });
    navigate("/", { replace: true });
  };
  if (token === "") {
    return (
      <Card title="This invite is incomplete">
        <p className="text-muted">Open the whole link that you were given: what stands behind its # is missing here. It works once, within a week.</p>
      </Card>
    );
  }
  return (
    <Card title="You are invited">
      <p className="text-muted">Choose a password, or give the one that you have here already.</p>
      <Form send={send} refusalOf={refusalOf} action="Come in">
        <Field label="Name" name="name" autoComplete="name" hint="What others read." />
        <Field label="Password" name="password" type="password" required autoComplete="new-password" hint={PASSWORD_HINT} />
      </Form>
    </Card>
  );
}
