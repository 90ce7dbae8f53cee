import { type ReactElement, useState } from "react";
import { cutAt } from "../model/visible";
import { Visible } from "./name";
import { WholeText } from "./whole-text";

const CUT = 2_000;
/** Up to here a text opens where it stands; a longer one gets a page of its own. */
const INLINE = 40_000;

/** A text that keeps its line breaks; cut when it is long, and opened at a click. */
export function Text({ text, quoted = false, title = "The whole text" }: {
  readonly text: string;
  readonly quoted?: boolean;
  /** What it is, for the page that a very long one opens on. */
  readonly title?: string;
}): ReactElement {
  const [whole, setWhole] = useState(false);
  const isHuge = text.length > INLINE;
  const cut = text.length > CUT && (isHuge || !whole);
  const quote = quoted && <span className="text-muted">"</span>;
  return (
    <span className="break-words whitespace-pre-wrap" dir="auto">
      {quote}
      <Visible text={cut ? cutAt(text, CUT) : text} />
      {cut && (
        <button type="button" className="min-h-6 text-accent hover:underline" onClick={() => setWhole(true)}>
          {isHuge ? `… show all ${text.length.toLocaleString("en-US")} characters` : `… show ${(text.length - CUT).toLocaleString("en-US")} more characters`}
        </button>
      )}
      {quote}
      {isHuge && whole && <WholeText text={text} title={title} onClose={() => setWhole(false)} />}
    </span>
  );
}
