import type { ReactElement, ReactNode } from "react";
import { Link } from "wouter";
import { NONE, formatCount, formatWhole, plural } from "../../base/format";
import { bothZones, formatDuration, parseMillis, shortTime } from "../../base/time";
import type { SessionRuns } from "../../model/api";
import { costOf } from "../../model/cost";
import { frozenLink } from "../../model/link";
import { lengthMs, participantsOf, stateOf } from "../../model/sessions";
import { plainOf } from "../../model/visible";
import { Visible, WholeName } from "../../widgets/name";
import { CopyLink } from "../../widgets/page-head";
import { Badge } from "../../widgets/table";
import { EndSession } from "./EndSession";

/** Which session it is, how it stands, and what it came to. */
export function SessionHead({ project, session, now }: { readonly project: string; readonly session: SessionRuns; readonly now: number }): ReactElement {
  const root = `/p/${encodeURIComponent(project)}`;
  const state = stateOf(session);
  const started = parseMillis(session.started_at);
  const { room } = session;
  return (
    <header className="shrink-0 px-4 pt-2 pb-1.5">
      <div className="flex min-h-8 items-center gap-2">
        <Link href={`${root}/sessions`} className="text-muted hover:text-fg">Sessions</Link>
        <span className="text-muted" aria-hidden="true">/</span>
        <h1 className="max-h-28 min-w-0 overflow-auto text-lg font-semibold [overflow-wrap:anywhere]"><WholeName text={session.id} /></h1>
        <span title={state.why}><Badge look={session.is_active ? "ok" : session.ended_by === "killed" ? "warn" : "plain"}><span aria-hidden="true" className={session.is_active ? "pulse pr-1" : "pr-1"}>{state.glyph}</span>{state.label}</Badge></span>
        <span className="flex-1" />
        {session.kind === "room" && session.is_active && <EndSession project={project} session={session} />}
        <CopyLink link={() => frozenLink(location.href, Date.now())} />
      </div>
      <dl className="flex flex-wrap items-baseline gap-x-5 gap-y-0.5 text-sm">
        <Fact label="Room">{room === null ? <span className="text-muted">none, a conversation</span> : <Link href={`${root}/rooms/${encodeURIComponent(room)}`} className="text-accent hover:underline"><Visible line text={room} /></Link>}</Fact>
        <Fact label="Started"><span title={bothZones(started)}>{shortTime(started, now)}</span></Fact>
        <Fact label="Duration">{formatDuration(lengthMs(session, now) * 1e6)}{session.is_active ? "…" : ""}</Fact>
        {session.is_active && session.participants !== null && <Fact label="In it now"><span title={plainOf(session.present.map(({ name, role }) => `${name} (${role})`).join("\n"))}>{participantsOf(session.participants)}</span></Fact>}
        <Sums session={session} />
      </dl>
    </header>
  );
}

function Sums({ session: { activity } }: { readonly session: SessionRuns }): ReactElement {
  if (activity === null) return <Fact label="Runs">0</Fact>;
  const { tokens, runs, running, errors } = activity;
  const cost = costOf(activity.cost, tokens);
  return (
    <>
      <Fact label="Runs">{formatWhole(runs)}{running > 0 && <span className="text-running"> ({formatWhole(running)} running)</span>}</Fact>
      <Fact label="Failed">{errors === 0 ? "0" : <span className="text-error">✗ {plural(errors, "run")}</span>}</Fact>
      <Fact label="Cost"><span title={cost.why} className={cost.isUnpriced ? "text-warn" : ""}>{cost.text}{cost.isPartial ? "+" : ""}</span></Fact>
      <Fact label="Tokens in / out">{tokens.input === null && tokens.output === null ? NONE : `${formatCount(tokens.input)} / ${formatCount(tokens.output)}`}</Fact>
    </>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="flex items-baseline gap-1.5">
      <dt className="text-muted">{label}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  );
}
