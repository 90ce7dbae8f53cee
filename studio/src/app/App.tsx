import { useQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, Suspense, lazy, useEffect, useMemo } from "react";
import { Redirect, Route, Switch } from "wouter";
import { failureOf } from "../data/failure";
import { LiveContext } from "../data/hooks";
import { LiveHub } from "../data/live";
import { SessionContext, sessionQuery, takePlace, useMay, useMayOnServer, useSession } from "../data/session";
import { paramsOf } from "../model/address";
import { firstProject, isMember, mayIn } from "../model/session";
import { Empty, ErrorBox, NoPermission, SkeletonRows } from "../widgets/states";
import { Shell } from "./Shell";
import { lastProject, rememberProject } from "./last-project";
import { PAGES } from "./pages";

const LoginPage = lazy(async () => ({ default: (await import("../pages/entrance/LoginPage")).LoginPage }));
const SetUpPage = lazy(async () => ({ default: (await import("../pages/entrance/NewAccount")).SetUpPage }));
const InvitePage = lazy(async () => ({ default: (await import("../pages/entrance/NewAccount")).InvitePage }));
const DevicePage = lazy(async () => ({ default: (await import("../pages/entrance/DevicePage")).DevicePage }));
const AccountPage = lazy(async () => ({ default: (await import("../pages/account/AccountPage")).AccountPage }));
const PeoplePage = lazy(async () => ({ default: (await import("../pages/settings/PeoplePage")).PeoplePage }));
const AuditPage = lazy(async () => ({ default: (await import("../pages/settings/AuditPage")).AuditPage }));

const place = (project: string, path = ""): string => `/p/${encodeURIComponent(project)}${path === "" ? "" : `/${path}`}`;

/** Asks who is there before anything else: what is shown hangs on it. */
export function App(): ReactElement | null {
  const session = useQuery(sessionQuery());
  if (!session.data) {
    if (!session.error) return null;
    return <div className="grid h-full"><ErrorBox failure={failureOf("Studio could not start", session.error)} onRetry={() => void session.refetch()} /></div>;
  }
  const { mode, signed_in } = session.data;
  return (
    <SessionContext value={session.data}>
      <Suspense fallback={null}>
        <Switch>
          <Route path="/setup">{mode === "setup" ? <SetUpPage /> : <Redirect to="/" replace />}</Route>
          <Route path="/invite">{mode === "guarded" ? <InvitePage /> : <Redirect to="/" replace />}</Route>
          {mode === "setup" && <Route><SetUpPage /></Route>}
          {!signed_in && <Route><LoginPage /></Route>}
          <Route path="/device"><DevicePage /></Route>
          <Route><Inside /></Route>
        </Switch>
      </Suspense>
    </SessionContext>
  );
}

/** Everything for whoever is in. */
function Inside(): ReactElement {
  const session = useSession();
  const first = firstProject(session, lastProject());
  const isServers = useMayOnServer("server");
  useEffect(() => {
    // Back from an identity provider, which knows the front page alone.
    const start = takePlace();
    if (start !== null && start !== window.location.href) window.location.replace(start);
  }, []);
  return (
    <Switch>
      <Route path="/p/:project/*?">{({ project }) => <Project key={project} name={decodeURIComponent(project)} />}</Route>
      <Route path="/account"><Shell project={first}><Page>{session.person_id === null ? <Missing /> : <AccountPage />}</Page></Shell></Route>
      <Route path="/settings"><Redirect to="/settings/people" replace /></Route>
      <Route path="/settings/people"><Shell project={first}><Page>{isServers ? <PeoplePage /> : <NoPermission to="see the people of this server" />}</Page></Shell></Route>
      <Route path="/settings/audit"><Shell project={first}><Page>{isServers ? <AuditPage project={null} /> : <NoPermission to="see the audit log of this server" />}</Page></Shell></Route>
      <Route>{first === null ? <Shell project={null}><NoProject /></Shell> : <Redirect to={place(first)} replace />}</Route>
    </Switch>
  );
}

function Project({ name }: { readonly name: string }): ReactElement {
  const session = useSession();
  const mayRead = useMay(name, "read");
  const hub = useMemo(() => (mayRead ? new LiveHub(name) : null), [name, mayRead]);
  useEffect(() => hub?.start(), [hub]);
  useEffect(() => rememberProject(name), [name]);
  if (!isMember(session, name)) {
    return (
      <Shell project={name}>
        <Empty heading="h1" title="You may not see this project"><p>Ask its owner to add you, or switch to another project above.</p></Empty>
      </Shell>
    );
  }
  return (
    <LiveContext value={hub}>
      <Shell project={name}>
        <Page>
          <Switch>
            {PAGES.map(({ path, right, to, show }) => (
              <Route key={path} path={`/p/:project/${path}`}>
                {() => right === null || mayIn(session, name, right) ? show(name, paramsOf(`/p/:project/${path}`, pathBelowBase())) : <NoPermission to={to} />}
              </Route>
            ))}
            <Route path="/p/:project/settings"><Redirect to={place(name, "settings/general")} replace /></Route>
            <Route><Missing /></Route>
          </Switch>
        </Page>
      </Shell>
    </LiveContext>
  );
}

/** The path of the address without the prefix under which a proxy may serve Studio. */
function pathBelowBase(): string {
  const base = new URL(document.baseURI).pathname.replace(/\/$/, "");
  return window.location.pathname.slice(base.length);
}

function Page({ children }: { readonly children: ReactNode }): ReactElement {
  return <Suspense fallback={<SkeletonRows count={20} height={24} />}>{children}</Suspense>;
}

function NoProject(): ReactElement {
  return (
    <Empty heading="h1" title="You are in no project yet">
      <p>Whoever owns one can ask you in. Administrators of the server make projects, and read none by that.</p>
    </Empty>
  );
}

function Missing(): ReactElement {
  return (
    <Empty heading="h1" title="There is no such page">
      <p>The address may be cut, or what it named may be gone. The list on the left leads on.</p>
    </Empty>
  );
}
