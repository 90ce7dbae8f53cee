import type { ReactElement } from "react";
import type { Finding } from "../../model/api";
import { labelOfFinding } from "../../model/findings";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { RepeatIcon } from "../../widgets/icons";
import { Visible } from "../../widgets/name";

/** A loop or standstill, and the spans that it shows in. */
export function FindingLine({ finding, onSpan }: { readonly finding: Finding; readonly onSpan: (id: string) => void }): ReactElement {
  const [first, last] = [finding.span_ids[0], finding.span_ids.at(-1)];
  return (
    <div className="flex shrink-0 items-center gap-2 border-b border-line bg-warn-wash px-4 py-1.5">
      <span className="text-warn"><RepeatIcon /></span>
      <p className="min-w-0 flex-1 truncate" title={plainOf(finding.statement)}>
        <strong className="font-semibold text-warn">{labelOfFinding(finding)}</strong> <Visible line text={finding.statement} />
        {finding.state === "over" && <span className="text-muted"> (over)</span>}
      </p>
      {first !== undefined && <Button onClick={() => onSpan(first)}>{first === last ? "Show" : "First"}</Button>}
      {last !== undefined && last !== first && <Button onClick={() => onSpan(last)}>Last</Button>}
    </div>
  );
}
