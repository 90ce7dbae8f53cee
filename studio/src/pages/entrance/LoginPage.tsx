import type { ReactElement } from "react";
import { refusalOf } from "../../data/failure";
import { apiUrl } from "../../data/http";
import { rememberPlace, signIn, useSession } from "../../data/session";
import { Field, Form, textOf } from "../../widgets/form";
import { Card } from "./Card";

const send = (fields: FormData): Promise<void> => signIn(textOf(fields, "email"), textOf(fields, "password"));

/** Stands in the place of whatever was asked for, so that signing in leads there. */
export function LoginPage(): ReactElement {
  const { oidc } = useSession();
  return (
    <Card title="Sign in">
      <Form send={send} refusalOf={refusalOf} action="Sign in">
        {/* One comes to this page to fill it in. */}
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
        <Field label="E-mail" name="email" type="email" required autoComplete="username" autoFocus />
        <Field label="Password" name="password" type="password" required autoComplete="current-password" />
      </Form>
      {oidc.length > 0 && (
        <div className="grid gap-2 border-t border-line pt-4">
          {oidc.map((name) => (
            <a
              key={name} href={apiUrl("oidc/login", { provider: name }).href} onClick={rememberPlace}
              className="grid h-8 place-items-center rounded-md border border-control font-medium hover:bg-hover"
            >
              Continue with {name}
            </a>
          ))}
        </div>
      )}
      <p className="text-sm text-muted">No account? Ask an owner of your project for an invite.</p>
    </Card>
  );
}
