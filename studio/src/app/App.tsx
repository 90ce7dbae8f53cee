import { type ReactElement, Suspense, lazy, useEffect, useMemo } from "react";
import { Redirect, Route, Switch } from "wouter";
import { LiveContext } from "../data/hooks";
import { LiveHub } from "../data/live";
import { Empty, SkeletonRows } from "../widgets/states";
import { RunsPage } from "../pages/runs/RunsPage";
import { Shell } from "./Shell";

const TracePage = lazy(async () => ({ default: (await import("../pages/trace/TracePage")).TracePage }));
const LogsPage = lazy(async () => ({ default: (await import("../pages/logs/LogsPage")).LogsPage }));

const FIRST_PROJECT = "default";

function lastProject(): string {
  try {
    return localStorage.getItem("fanlight.project") ?? FIRST_PROJECT;
  } catch {
    return FIRST_PROJECT;
  }
}

export function App(): ReactElement {
  return (
    <Switch>
      <Route path="/p/:project/*?">{({ project }) => <Project key={project} name={decodeURIComponent(project)} />}</Route>
      <Route><Redirect to={`/p/${encodeURIComponent(lastProject())}/runs`} replace /></Route>
    </Switch>
  );
}

function Project({ name }: { readonly name: string }): ReactElement {
  const hub = useMemo(() => new LiveHub(name), [name]);
  useEffect(() => hub.start(), [hub]);
  useEffect(() => {
    try {
      localStorage.setItem("fanlight.project", name);
    } catch {
      // Storage can be forbidden; the next visit then starts at the first project.
    }
  }, [name]);
  return (
    <LiveContext value={hub}>
      <Shell project={name}>
        <Suspense fallback={<SkeletonRows count={20} height={24} />}>
          <Switch>
            <Route path="/p/:project/runs"><RunsPage project={name} /></Route>
            <Route path="/p/:project/runs/:id">{({ id }) => <TracePage project={name} runId={decodeURIComponent(id)} />}</Route>
            <Route path="/p/:project/traces/:id">{({ id }) => <TracePage project={name} traceId={decodeURIComponent(id)} />}</Route>
            <Route path="/p/:project/logs"><LogsPage project={name} /></Route>
            <Route path="/p/:project"><Redirect to={`/p/${encodeURIComponent(name)}/runs`} replace /></Route>
            <Route><Missing /></Route>
          </Switch>
        </Suspense>
      </Shell>
    </LiveContext>
  );
}

function Missing(): ReactElement {
  return (
    <Empty heading="h1" title="There is no such page">
      <p>The address may be cut, or what it named may be gone. The list on the left leads on.</p>
    </Empty>
  );
}
