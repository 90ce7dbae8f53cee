import type { ReactElement } from "react";
export function TracePage(_props: { project: string; traceId?: string; runId?: string }): ReactElement { return <p>trace</p>; }
