/** Lists as CSV: what is loaded of them, with every digit. */
import type { Activity, Room, Run, Session } from "./api";
import { type Cell, csvText, decimal } from "./csv";

const ACTIVITY = ["runs", "running", "failed", "tokens_input", "tokens_output", "cost_usd", "first_run_at", "last_heard_at"];

const sumsOf = (activity: Activity | null): Cell[] =>
  activity === null
    ? ACTIVITY.map(() => null)
    : [activity.runs, activity.running, activity.errors, activity.tokens.input, activity.tokens.output, decimal(activity.cost.amount), activity.first_at, activity.last_at];

export function runsCsv(runs: readonly Run[]): string {
  const heads = ["id", "name", "status", "agent", "room", "session", "user", "started_at", "duration_ms", "tokens_input", "tokens_output", "cost", "currency", "unpriced_tokens", "models", "error_type", "error"];
  return csvText(heads, runs.map((run) => [
    run.id, run.name, run.status, run.agent, run.room, run.session, run.user, run.started_at, run.duration_ms, run.tokens.input, run.tokens.output,
    decimal(run.cost.amount), run.cost.currency, run.cost.unpriced_tokens, run.models.join(" "), run.error?.type, run.error?.message,
  ]));
}

export const roomsCsv = (rooms: readonly Room[]): string =>
  csvText(["room", "made_at", "active", "session", ...ACTIVITY], rooms.map(({ name, created_at, session, activity }) => [name, created_at, session?.is_active ?? false, session?.id, ...sumsOf(activity)]));

export const sessionsCsv = (sessions: readonly Session[]): string =>
  csvText(["session", "kind", "room", "active", "started_at", "last_at", "ended_at", "ended_by", ...ACTIVITY], sessions.map((each) => [
    each.id, each.kind, each.room, each.is_active, each.started_at, each.last_at, each.ended_at, each.ended_by, ...sumsOf(each.activity),
  ]));
