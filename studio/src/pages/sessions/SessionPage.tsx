import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useMemo, useRef } from "react";
import { Redirect, useLocation } from "wouter";
import { parseMillis } from "../../base/time";
import { failureOf, isMissing } from "../../data/failure";
import { useLive, useUrlState } from "../../data/hooks";
import { sessionQuery } from "../../data/sessions";
import type { SessionRuns } from "../../model/api";
import { addTerm } from "../../model/filter";
import { frozenLink } from "../../model/link";
import { type Selection, placeOf, selectionOf } from "../../model/moments";
import { type SessionTab, TABS, sessionHref } from "../../model/sessions";
import { firstAt, stepError, wholeOf } from "../../model/session-timeline";
import { oneOf } from "../../model/usage";
import { pan, zoom } from "../../model/waterfall";
import { useNow } from "../../widgets/clock";
import { useKeys } from "../../widgets/keys";
import { PageTabs } from "../../widgets/page-tabs";
import { Empty, ErrorBox, SkeletonRows } from "../../widgets/states";
import { LogsTab } from "./LogsTab";
import { MetricsTab } from "./MetricsTab";
import { SessionHead } from "./SessionHead";
import { SessionMap } from "./SessionMap";
import { TimelineTab } from "./TimelineTab";
import { TraceTab } from "./TraceTab";
import { Transport } from "./Transport";
import { useChosen } from "./useChosen";
import { useTimeline } from "./useTimeline";

const REREAD_MS = 1500;
const LABELS: Readonly<Record<SessionTab, string>> = { timeline: "Timeline", trace: "Trace", logs: "Logs", metrics: "Metrics" };

const copyLink = (): void => void navigator.clipboard?.writeText(frozenLink(location.href, Date.now()));

/** One session: what happened in it, in order, and why. */
export function SessionPage({ project, id, tab: named }: { readonly project: string; readonly id: string; readonly tab: string | undefined }): ReactElement {
  const tab = oneOf(TABS, named);
  const { data, error, refetch } = useSessionOf(project, id);
  if (tab === null) return <Redirect to={`${sessionHref(project, id)}${window.location.search}`} replace />;
  if (data) return <Shown project={project} session={data} tab={tab} />;
  if (!error) return <SkeletonRows count={24} height={24} />;
  if (isMissing(error)) {
    return <Empty heading="h1" title="This session is not here"><p>It may have passed its retention, or nothing of it has arrived yet. This address stays good.</p></Empty>;
  }
  return <ErrorBox failure={failureOf("The session could not be read", error)} onRetry={() => void refetch()} />;
}

/** The session with its totals, read again when something of it moves. */
function useSessionOf(project: string, id: string) {
  const query = useQuery(sessionQuery(project, id));
  const { refetch } = query;
  const planned = useRef(0);
  useEffect(() => () => window.clearTimeout(planned.current), []);
  const plan = (): void => {
    if (planned.current !== 0) return;
    planned.current = window.setTimeout(() => {
      planned.current = 0;
      void refetch();
    }, REREAD_MS);
  };
  useLive(`session:${id}`, {
    // Its totals are of runs, and who is in it is told by events; records alone change neither.
    onEvents: (events) => events.some(({ type }) => type === "run" || type === "room_event") && plan(),
    onResync: plan,
  });
  return query;
}

function Shown({ project, session, tab }: { readonly project: string; readonly session: SessionRuns; readonly tab: SessionTab }): ReactElement {
  const { params, change } = useUrlState();
  const [, navigate] = useLocation();
  const told = useTimeline(project, session.id);
  const { timeline } = told;
  const now = useNow(session.is_active);
  const whole = useMemo(() => wholeOf(session, timeline, now), [session, timeline, now]);
  const chosen = useChosen(whole, session.is_active);
  const { window: view } = chosen;

  const { list } = timeline;
  const selected = placeOf(list, chosen);
  const place = selected !== -1 || chosen.playhead === null ? selected : firstAt(list, chosen.playhead) - 1;
  const errors = useMemo(() => list.flatMap(({ isError }, at) => (isError ? [at] : [])), [list]);
  const chooseAt = (at: number): void => {
    const happening = list[at];
    if (!happening) return;
    chosen.choose(selectionOf(happening.moment));
    // What is chosen must be seen: a window that leaves it out is moved there.
    if (happening.at < view.from || happening.at > view.to) chosen.show(pan(view, (happening.at - (view.from + view.to) / 2) / (view.to - view.from), whole));
  };
  const toError = (step: 1 | -1): void => {
    const next = stepError(list, place, step);
    chooseAt(next === -1 ? (errors.at(step === 1 ? 0 : -1) ?? -1) : next);
  };
  const hrefOf = (to: SessionTab, selection?: Selection): string => {
    const query = new URLSearchParams(params);
    for (const [name, value] of Object.entries(selection ?? {})) {
      if (value === null) query.delete(name);
      else query.set(name, value);
    }
    return `${sessionHref(project, session.id, to)}${query.size === 0 ? "" : `?${query}`}`;
  };
  const zoomBy = (factor: number): void => chosen.show(zoom(view, factor, whole));
  useKeys("Session", [
    { keys: "y", label: "Copy link", run: copyLink },
    // A trace has these keys itself.
    ...(tab === "trace" ? [] : [
      { keys: "e", label: "Next failure", run: () => toError(1) },
      { keys: "E", label: "Previous failure", run: () => toError(-1) },
      { keys: "ArrowRight", label: "Playhead to the next moment", run: () => chooseAt(place + 1) },
      { keys: "ArrowLeft", label: "Playhead to the moment before", run: () => chooseAt(Math.max(0, place - 1)) },
      { keys: "w", label: "Zoom in", run: () => zoomBy(0.6) },
      { keys: "s", label: "Zoom out", run: () => zoomBy(1.7) },
      { keys: "a", label: "Earlier", run: () => chosen.show(pan(view, -0.2, whole)) },
      { keys: "d", label: "Later", run: () => chosen.show(pan(view, 0.2, whole)) },
      { keys: "0", label: "Whole session", run: () => chosen.show(null) },
    ]),
  ]);

  const end = session.is_active ? null : parseMillis(session.ended_at ?? session.last_at);
  return (
    <>
      <SessionHead project={project} session={session} now={now} />
      <SessionMap
        list={list} whole={whole} window={view} isZoomed={chosen.isZoomed} playhead={chosen.playhead} end={end}
        onWindow={chosen.show} onMoment={chosen.moveTo}
      />
      <div className="relative shrink-0">
        <PageTabs label="Parts of the session" tabs={TABS.map((name) => ({ href: hrefOf(name), label: LABELS[name] }))} current={LABELS[tab]} />
        <div className="absolute top-0 right-4">
          <Transport
            whole={whole} window={view} isZoomed={chosen.isZoomed} playhead={chosen.playhead} errors={told.isReading && errors.length === 0 ? null : errors.length} nth={errors.indexOf(selected) + 1}
            onError={toError} onWhole={() => chosen.show(null)}
          />
        </div>
      </div>
      {tab === "timeline" && (
        <TimelineTab
          project={project} whole={whole} chosen={chosen} told={told} isActive={session.is_active} hrefOf={hrefOf}
          onFilter={(term) => {
            change({ q: addTerm(params.get("q") ?? "", term) }, "replace");
            navigate(`${sessionHref(project, session.id, "logs")}${window.location.search}`);
          }}
        />
      )}
      {tab === "trace" && <TraceTab project={project} whole={whole} chosen={chosen} list={list} />}
      {tab === "logs" && <LogsTab project={project} session={session.id} chosen={chosen} />}
      {tab === "metrics" && <MetricsTab project={project} session={session.id} chosen={chosen} />}
    </>
  );
}
