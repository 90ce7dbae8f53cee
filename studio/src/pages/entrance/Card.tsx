import { type ReactElement, type ReactNode, useEffect, useState } from "react";
import { useSession } from "../../data/session";
import { fragmentOf } from "../../model/session";
import { AlertIcon, ProjectIcon } from "../../widgets/icons";

/** One card in the middle of an empty page: all that is shown to whoever is not in yet. */
export function Card({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  const { secure } = useSession();
  return (
    <main className="grid h-full grid-rows-[1fr_auto_1.4fr] justify-items-center overflow-auto bg-surface p-4">
      <span />
      <div className="grid w-full max-w-[384px] gap-5">
        <p className="flex items-center justify-center gap-2 text-lg font-semibold">
          <span className="text-accent"><ProjectIcon /></span>
          Fanlight
        </p>
        <section className="grid gap-5 rounded-xl border border-line bg-raised p-6 shadow-pop">
          <h1 className="text-xl font-semibold">{title}</h1>
          {!secure && <Insecure />}
          {children}
        </section>
      </div>
    </main>
  );
}

function Insecure(): ReactElement {
  return (
    <div className="flex gap-2 rounded-md bg-warn-wash px-3 py-2">
      <span className="pt-0.5 text-warn"><AlertIcon /></span>
      <p>
        <strong className="font-semibold">This connection is not encrypted.</strong> Passwords and logins travel in the clear. Put
        the server behind TLS, and if a proxy ends it, name the proxy in{" "}
        <code className="font-mono text-sm">FANLIGHT_TRUSTED_PROXY</code>.
      </p>
    </div>
  );
}

/**
 * The secret behind the `#` of the address. It is taken out of the address at once, so that it stays neither on
 * the screen nor in the browser's history.
 */
export function useFragment(): string {
  const [fragment] = useState(() => fragmentOf(window.location.hash));
  useEffect(() => {
    if (window.location.hash !== "") window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }, []);
  return fragment;
}
