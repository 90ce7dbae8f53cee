import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { approveDevice, deviceQuery } from "../../data/access";
import { refusalOf } from "../../data/failure";
import { useSession } from "../../data/session";
import { Field, Form, RefusalLine, textOf } from "../../widgets/form";
import { Card, useFragment } from "./Card";

/** A terminal asks to be let in as whoever is signed in here. */
export function DevicePage(): ReactElement {
  const fragment = useFragment();
  const { name } = useSession();
  const [code, setCode] = useState(fragment);
  const [isIn, setIn] = useState(false);
  const device = useQuery({ ...deviceQuery(code), enabled: code !== "" });
  if (isIn) {
    return (
      <Card title="The terminal is signed in">
        <p className="text-muted">Go back to it. Under your account you can sign it out at any time.</p>
        <Link href="/account" className="text-accent hover:underline">Where I am signed in</Link>
      </Card>
    );
  }
  if (!device.data) {
    return (
      <Card title="Sign in a terminal">
        <Form
          send={async (fields) => {
            setCode(textOf(fields, "code").trim());
            if (code !== "") await device.refetch({ throwOnError: true });
          }}
          refusalOf={refusalOf} action="Go on"
        >
          <Field label="Code" name="code" required autoComplete="off" defaultValue={code} className="h-10 w-full rounded-md border border-control bg-bg px-3 text-center font-mono text-lg tracking-widest" hint="The terminal shows it." />
        </Form>
        <RefusalLine refusal={device.error ? refusalOf(device.error) : null} />
      </Card>
    );
  }
  return (
    <Card title="Sign in a terminal">
      <dl className="grid gap-3">
        <div><dt className="text-sm text-muted">Terminal</dt><dd className="font-medium [overflow-wrap:anywhere]">{device.data.label || "without a name"}</dd></div>
        <div><dt className="text-sm text-muted">Code</dt><dd className="font-mono text-lg tracking-widest">{device.data.user_code}</dd></div>
        <div><dt className="text-sm text-muted">Signed in as</dt><dd className="font-medium">{name}</dd></div>
      </dl>
      <p className="text-muted">Go on only if this is the code that your own terminal shows. It can then do what you can.</p>
      <Form
        send={async () => {
          await approveDevice(code);
          setIn(true);
        }}
        refusalOf={refusalOf} action="Let it in"
      >
        {null}
      </Form>
    </Card>
  );
}
