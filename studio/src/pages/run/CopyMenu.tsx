import { type ReactElement, useId, useRef, useState } from "react";
import type { Run } from "../../model/api";
import type { Tree } from "../../model/tree";
import { Button } from "../../widgets/button";
import { Key } from "../../widgets/dialog";
import { CopyIcon, DownIcon } from "../../widgets/icons";
import { useKeys } from "../../widgets/keys";
import { type Copy, copiesOf } from "./copies";

const SAID_MS = 1_500;

/** Takes the run along: as JSON, as a request, for a language model, for a test. */
export function CopyMenu({ project, run, tree }: { readonly project: string; readonly run: Run; readonly tree: Tree | null }): ReactElement {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  const copies = copiesOf(project, run, tree);
  const copy = async ({ label, text }: Copy): Promise<void> => {
    menu.current?.hidePopover();
    try {
      await navigator.clipboard?.writeText(await text());
      setSaid(`Copied: ${label}`);
    } catch {
      setSaid("Could not be copied");
    }
    window.setTimeout(() => setSaid(""), SAID_MS);
  };
  useKeys("Copy", copies.map((each) => ({ keys: each.keys, label: `Copy: ${each.note}`, run: () => void copy(each) })));
  return (
    <>
      <Button look="plain" popoverTarget={id} className="anchor-copy">
        <CopyIcon />
        <span aria-live="polite">{said === "" ? "Copy as" : said}</span>
        <DownIcon />
      </Button>
      <div ref={menu} id={id} popover="auto" aria-label="Copy as" className="below-copy w-[26rem] rounded-lg border border-line bg-raised p-1 text-fg shadow-pop">
        {copies.map((each) => (
          <button key={each.keys} type="button" className="flex min-h-8 w-full items-center gap-2 rounded px-2 text-left hover:bg-hover" onClick={() => void copy(each)}>
            <span className="shrink-0 font-medium">{each.label}</span>
            <span className="min-w-0 flex-1 truncate text-sm text-muted">{each.note}</span>
            {each.keys.split(" ").map((key) => <Key key={key}>{key}</Key>)}
          </button>
        ))}
        <p className="border-t border-soft px-2 pt-1.5 pb-1 text-sm text-muted">As it is stored: what was masked on its way in stays masked, nothing more is. For others, export the run as HTML: it masks the agent's variables as well.</p>
      </div>
    </>
  );
}
