import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from "react";
import { download } from "../base/download";
import { formatWhole, plural } from "../base/format";
import { placesOf, rowAt, rowText, wrapText } from "../model/wrap";
import { IconButton } from "./button";
import { Dialog } from "./dialog";
import { CloseIcon, CopyIcon, DownloadIcon, LeftIcon, RightIcon, SearchIcon } from "./icons";
import { Visible } from "./name";
import { Rows, type RowsHandle } from "./rows";

const ROW = 20;
/** Line numbers and margins beside the text, in pixels. */
const BESIDE = 96;
/** Width of a character of the 12 px mono font; a little more than it is, so that no row is cut. */
const CELL = 7.4;

/** A text of any length on a page of its own, with only its visible lines in the document. */
export function WholeText({ text, title, onClose }: { readonly text: string; readonly title: string; readonly onClose: () => void }): ReactElement {
  const [columns] = useState(() => Math.max(20, Math.floor((Math.min(window.innerWidth * 0.92, 1200) - BESIDE) / CELL)));
  const wrapped = useMemo(() => wrapText(text, columns), [text, columns]);
  const [wanted, setWanted] = useState("");
  const places = useMemo(() => placesOf(text, wanted), [text, wanted]);
  const [place, setPlace] = useState(0);
  const list = useRef<RowsHandle>(null);
  const found = places.length === 0 ? -1 : rowAt(wrapped, places[place] ?? 0);
  useEffect(() => {
    if (found !== -1) list.current?.show(found);
  }, [found]);
  const step = (by: number): void => setPlace((places.length + place + by) % Math.max(1, places.length));
  return (
    <Dialog label={title} onClose={onClose} className="h-[88vh] w-[min(1200px,92vw)] overflow-hidden">
      <div className="flex h-full flex-col">
        <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-3">
          <h2 className="min-w-0 truncate font-semibold"><Visible line text={title} /></h2>
          <span className="shrink-0 text-sm text-muted">{plural(text.length, "character")}</span>
          <span className="flex-1" />
          <Finder
            wanted={wanted} count={places.length} place={place} onStep={step}
            onWanted={(next) => {
              setWanted(next);
              setPlace(0);
            }}
          />
          <IconButton label="Copy all" onClick={() => void navigator.clipboard?.writeText(text)}><CopyIcon /></IconButton>
          <IconButton label="Save as a file" onClick={() => download("value.txt", "text/plain", text)}><DownloadIcon /></IconButton>
          <IconButton label="Close (Esc)" onClick={(event) => event.currentTarget.closest("dialog")?.close()}><CloseIcon /></IconButton>
        </header>
        {wrapped.truncated && <p className="px-3 py-1 text-sm text-warn">Only its first {formatWhole(wrapped.count)} lines are shown; the file has all.</p>}
        <Rows
          handle={list} role="grid" label={title} rowHeight={ROW} count={wrapped.count} columns={2} header={<Heads />}
          render={(index, props) => (
            <div {...props} aria-selected={index === found} className="row gap-3 pr-3 font-mono text-sm">
              <span role="gridcell" className="w-16 shrink-0 text-right text-muted select-none">{wrapped.numbers[index] || <span className="sr-only">goes on</span>}</span>
              <span role="gridcell" className="whitespace-pre"><Marked text={rowText(text, wrapped, index)} wanted={wanted} /></span>
            </div>
          )}
        />
      </div>
    </Dialog>
  );
}

function Heads(): ReactElement {
  return <div role="row" aria-rowindex={1} className="sr-only"><span role="columnheader">Line</span><span role="columnheader">Text</span></div>;
}

/** A field to find something, and steps from match to match. */
export function Finder({ wanted, count, place, onWanted, onStep }: {
  readonly wanted: string;
  readonly count: number;
  readonly place: number;
  readonly onWanted: (wanted: string) => void;
  readonly onStep: (by: 1 | -1) => void;
}): ReactElement {
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    if (event.key !== "Escape" || wanted === "") return;
    event.preventDefault();
    event.stopPropagation();
    onWanted("");
  };
  return (
    <search className="flex h-7 min-w-0 items-center gap-1 rounded-md border border-line pl-2 focus-within:border-accent">
      <span className="text-muted"><SearchIcon /></span>
      <input
        type="text" aria-label="Find in the value" placeholder="Find" spellCheck={false} value={wanted}
        className="w-28 min-w-0 bg-transparent text-sm outline-none placeholder:text-muted" onChange={(event) => onWanted(event.target.value)} onKeyDown={onKeyDown}
      />
      {wanted !== "" && <span className="shrink-0 px-1 text-xs text-muted" role="status">{count === 0 ? "none" : `${formatWhole(place + 1)} of ${formatWhole(count)}`}</span>}
      {count > 0 && <>
        <IconButton label="Previous match" className="h-6! min-w-6!" onClick={() => onStep(-1)}><LeftIcon /></IconButton>
        <IconButton label="Next match" className="h-6! min-w-6!" onClick={() => onStep(1)}><RightIcon /></IconButton>
      </>}
    </search>
  );
}

/** Text with what is looked for marked. */
export function Marked({ text, wanted }: { readonly text: string; readonly wanted: string }): ReactElement {
  const places = placesOf(text, wanted);
  if (places.length === 0) return <Visible text={text} />;
  return (
    <>
      {places.map((at, index) => (
        <span key={at}>
          <Visible text={text.slice(index === 0 ? 0 : (places[index - 1] as number) + wanted.length, at)} />
          <mark className="rounded-[2px] bg-warn-wash text-fg ring-1 ring-warn"><Visible text={text.slice(at, at + wanted.length)} /></mark>
        </span>
      ))}
      <Visible text={text.slice((places.at(-1) as number) + wanted.length)} />
    </>
  );
}
