import type { ReactElement } from "react";
export function LogsPage(_props: { project: string }): ReactElement { return <p>logs</p>; }
