import { type ReactElement, useRef, useState } from "react";
import { failureOf } from "../../../data/failure";
import { useUrlState } from "../../../data/hooks";
import type { Run } from "../../../model/api";
import { EVENT_KINDS, type EventKind, countKinds } from "../../../model/run-timeline";
import type { ReadTrace } from "../../../views/trace/useTrace";
import { Button } from "../../../widgets/button";
import { useKeys } from "../../../widgets/keys";
import { Rows, type RowsHandle } from "../../../widgets/rows";
import { Split } from "../../../widgets/split";
import { Empty, ErrorBox, SkeletonRows } from "../../../widgets/states";
import { EventPanel } from "./EventPanel";
import { EventHeader, EventRow, LABELS, ROW_HEIGHT } from "./EventRow";
import { useEvents } from "./useEvents";

const isKind = (name: string): name is EventKind => (EVENT_KINDS as readonly string[]).includes(name);

/** What happened in the run, in order: what its process told, its steps, its exporters, what was found. */
export function Events({ project, run, trace }: { readonly project: string; readonly run: Run; readonly trace: ReadTrace }): ReactElement {
  const { params, change } = useUrlState();
  const { events, pending, error, reread } = useEvents(project, run, trace);
  const chosen = (params.get("kinds") ?? "").split(",").filter(isKind);
  const shown = chosen.length === 0 ? events : events.filter(({ kind }) => chosen.includes(kind));
  const selectedId = params.get("event");
  const selected = shown.findIndex(({ id }) => id === selectedId);
  const [held, setHeld] = useState(selectedId !== null);
  const list = useRef<RowsHandle>(null);
  const live = run.status === "running";
  const choose = (at: number): void => {
    const event = shown[Math.max(0, Math.min(at, shown.length - 1))];
    if (!event) return;
    setHeld(true);
    change({ event: event.id }, "replace");
    list.current?.show(shown.indexOf(event));
  };
  const close = (): void => change({ event: null }, "replace");
  const follow = (): void => {
    setHeld(false);
    list.current?.toEnd();
  };
  const toggle = (kind: EventKind): void => {
    const next = chosen.includes(kind) ? chosen.filter((each) => each !== kind) : [...chosen, kind];
    change({ kinds: next.join(",") }, "push");
  };
  useKeys("Events", [
    { keys: "j", label: "Next event", run: () => choose(selected + 1) },
    { keys: "k", label: "Previous event", run: () => choose(selected - 1) },
    { keys: "ArrowDown", label: "Next event", run: () => choose(selected + 1) },
    { keys: "ArrowUp", label: "Previous event", run: () => choose(selected - 1) },
    { keys: "e", label: "Next failure", run: () => choose(shown.findIndex((event, at) => at > selected && event.isError)) },
    { keys: "Space", label: "Hold or follow", run: () => (held ? follow() : setHeld(true)) },
    { keys: "G", label: "Latest", run: follow },
    { keys: "Escape", label: "Close the panel", run: close },
  ]);
  if (pending && events.length === 0) return <SkeletonRows count={20} height={ROW_HEIGHT} />;
  const event = shown[selected];
  return (
    <>
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-1.5 px-4 py-1.5">
        {countKinds(events).map(([kind, count]) => (
          <Button key={kind} aria-pressed={chosen.includes(kind)} className="h-6! aria-pressed:border-accent! aria-pressed:bg-selected!" onClick={() => toggle(kind)}>
            {LABELS[kind]} <span className="font-normal text-muted">{count}</span>
          </Button>
        ))}
        {chosen.length > 0 && <Button look="plain" className="h-6!" onClick={() => change({ kinds: null }, "push")}>All kinds</Button>}
      </div>
      {error && <ErrorBox failure={failureOf("What its process told could not be read", error)} onRetry={reread} />}
      {!error && shown.length === 0 && <Empty title="Nothing of these kinds"><Button onClick={() => change({ kinds: null }, "push")}>All kinds</Button></Empty>}
      {shown.length > 0 && (
        <Split
          name="event-panel" initial={440}
          main={
            <div className="events-box relative flex min-h-0 flex-1 flex-col">
              <Rows
                handle={list} label="Events" rowHeight={ROW_HEIGHT} count={shown.length} columns={5} follow={live && !held} header={<EventHeader />}
                activeId={event ? `event-${event.id}` : undefined} onTurn={() => live && setHeld(true)}
                render={(at, props) => {
                  const each = shown[at];
                  return each && <EventRow event={each} startedAt={run.started_at} selected={at === selected} props={props} onChoose={() => choose(at)} />;
                }}
              />
              {live && held && <Button look="primary" className="absolute bottom-4 left-1/2 -translate-x-1/2 rounded-full! px-3! shadow-pop" onClick={follow}>↓ Follow · G</Button>}
            </div>
          }
          side={event ? <EventPanel key={event.id} project={project} run={run} event={event} onClose={close} /> : null}
        />
      )}
    </>
  );
}
