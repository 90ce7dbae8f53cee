/** What Studio reads from the API: the shapes written from the server's code, and those that only it makes of them. */
import type { DeveloperLog, Finding, Log, Run, SpanColumns } from "./schema";

import type { Piece } from "./streams";

export type * from "./schema";

type OfWholeTraces = "agent_inherited" | "wrapper" | "finish_reason" | "first_token_ns" | "flags";
type Row = { readonly [Field in keyof SpanColumns]: SpanColumns[Field][number] };

/** One span of a trace's structure: row i of its columns. A live one does not know what only a whole trace tells. */
export type SpanFields = Omit<Row, OfWholeTraces> & Partial<Pick<Row, OfWholeTraces>>;

/** A span as the stream brings it: one row of the columns, with an absolute start. */
export type LiveSpan = SpanFields & {
  readonly trace_id: string;
  readonly run_id: string;
  readonly started_at: string;
};

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What happened to a room, its participants or its services. */
export interface RoomHappening {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly room: string | null;
  readonly session: string | null;
  readonly data: unknown;
}

/** One announced change, as the stream brings it. */
export type LiveEvent = { readonly topics: readonly string[]; readonly seq: string } & (
  | { readonly type: "run"; readonly data: Run }
  | { readonly type: "finding"; readonly data: Finding }
  | { readonly type: "span"; readonly data: LiveSpan }
  | { readonly type: "log"; readonly data: Log }
  | { readonly type: "token"; readonly data: Piece }
  | { readonly type: "developer_log"; readonly data: DeveloperLog }
  | { readonly type: "room_event" | "service"; readonly data: RoomHappening }
  | { readonly type: "metric"; readonly data: unknown }
);

export interface Gap {
  readonly reason: string;
  readonly after: string;
  readonly next: string;
  readonly missed: number | null;
}
