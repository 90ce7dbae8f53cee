import type { ReactElement } from "react";
import type { Run } from "../../model/api";
import { comparable } from "../../model/io";
import { SkeletonRows } from "../../widgets/states";
import { TextDiff } from "../../widgets/text-diff";

/** What went into both runs, or came out of them, line by line. */
export function Texts({ part, a, b }: { readonly part: "input" | "output"; readonly a: Run | null; readonly b: Run | null }): ReactElement {
  if (!a || !b) return <SkeletonRows count={12} height={20} />;
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="group" aria-label={part === "input" ? "Input" : "Output"} tabIndex={0} className="min-h-0 flex-1 overflow-auto border-t border-line p-4">
      <TextDiff left={comparable(a[part])} right={comparable(b[part])} names={["A", "B"]} />
    </div>
  );
}
