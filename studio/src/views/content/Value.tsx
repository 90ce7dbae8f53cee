import type { ReactElement } from "react";
import { JsonTree } from "../../widgets/json-tree";
import { Text } from "../../widgets/text";
import { Markdown } from "./Markdown";
import { useMarkdown } from "./reading";

/** Longer texts are not rendered: whoever reads them wants to see what was sent. */
const LONGEST_MARKDOWN = 100_000;

/** Text keeps its line breaks, or is rendered where the reader asked for it; data is a tree. */
export function Value({ value }: { readonly value: unknown }): ReactElement {
  const [rendered] = useMarkdown();
  if (typeof value !== "string") return <div className="min-w-0 font-mono text-sm leading-5 [overflow-wrap:anywhere]"><JsonTree value={value ?? null} /></div>;
  if (rendered && value.length <= LONGEST_MARKDOWN) return <Markdown text={value} />;
  return <div className="[overflow-wrap:anywhere]"><Text text={value} /></div>;
}

/** Switches between texts as they were sent and as Markdown. */
export function ReadingSwitch(): ReactElement {
  const [rendered, setRendered] = useMarkdown();
  return (
    <label className="flex h-6 shrink-0 items-center gap-1.5 text-xs text-muted" title="Show texts as the Markdown that they may be, instead of as they were sent">
      <input type="checkbox" checked={rendered} onChange={(event) => setRendered(event.target.checked)} />
      Markdown
    </label>
  );
}
