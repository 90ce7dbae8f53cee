import { type FormEvent, type ReactElement, useRef, useState } from "react";
import { useLocation } from "wouter";
import { refusalOf } from "../../data/failure";
import { useSearch } from "../../data/hooks";
import { useViews } from "../../data/views";
import { type SavedView, aboutView, shownView, viewQuery } from "../../model/view";
import { plainOf } from "../../model/visible";
import { Button, IconButton } from "../../widgets/button";
import { BookmarkIcon, CloseIcon, DownIcon } from "../../widgets/icons";

/** Views of one page: to open, to keep what is shown under a name, and to put away. */
export function ViewsMenu({ project, page }: { readonly project: string; readonly page: string }): ReactElement {
  const menu = useRef<HTMLDivElement>(null);
  const search = useSearch();
  const { views, isShared, save, remove } = useViews(project);
  const [refusal, setRefusal] = useState("");
  const ours = views.filter((view) => view.page === page);
  const shown = shownView(ours, search);
  const attempt = async (deed: () => Promise<void>): Promise<boolean> => {
    try {
      await deed();
      setRefusal("");
      return true;
    } catch (error) {
      setRefusal(refusalOf(error).message);
      return false;
    }
  };
  return (
    <>
      <Button popoverTarget="views" className="anchor-views h-8! max-w-48" title={shown ? `View ${plainOf(shown.name)}` : "Saved views"}>
        <BookmarkIcon />
        <bdi className="truncate">{shown?.name ?? "Views"}</bdi>
        <DownIcon />
      </Button>
      <div ref={menu} id="views" popover="auto" aria-label="Saved views" className="below-views w-80 rounded-lg border border-line bg-raised p-1 text-fg shadow-pop">
        {ours.length === 0 && <p className="px-2 py-2 text-sm text-muted">A view keeps a filter with its time range under a name{isShared ? ", for everybody in the project" : " in this browser"}.</p>}
        {ours.map((view) => (
          <Line
            key={`${view.isShared} ${view.name}`} view={view} isShown={view === shown} mayRemove={isShared || !view.isShared}
            onOpen={() => menu.current?.hidePopover()} onRemove={() => void attempt(() => remove(view))}
          />
        ))}
        <SaveForm
          isShared={isShared} isEmpty={viewQuery(search) === ""} refusal={refusal}
          onSave={async (name) => (await attempt(() => save(page, name, viewQuery(search)))) && menu.current?.hidePopover()}
        />
      </div>
    </>
  );
}

function Line({ view, isShown, mayRemove, onOpen, onRemove }: {
  readonly view: SavedView;
  readonly isShown: boolean;
  readonly mayRemove: boolean;
  readonly onOpen: () => void;
  readonly onRemove: () => void;
}): ReactElement {
  const [, navigate] = useLocation();
  const open = (): void => {
    onOpen();
    // A whole path, because <base> would lead a bare "?q=" to the front page; "~" marks it as one.
    navigate(`~${window.location.pathname}?${view.query}`);
  };
  return (
    <div className="flex items-center rounded hover:bg-hover">
      <button type="button" aria-current={isShown} title={plainOf(aboutView(view))} className="grid min-w-0 flex-1 rounded px-2 py-1 text-left aria-[current=true]:bg-selected" onClick={open}>
        <bdi className="truncate font-medium">{view.name}</bdi>
        <span className="truncate text-xs text-muted">{aboutView(view)}{view.isShared ? "" : " · this browser"}</span>
      </button>
      {mayRemove && <IconButton label={`Remove the view ${view.name}`} onClick={onRemove}><CloseIcon /></IconButton>}
    </div>
  );
}

function SaveForm({ isShared, isEmpty, refusal, onSave }: {
  readonly isShared: boolean;
  readonly isEmpty: boolean;
  readonly refusal: string;
  readonly onSave: (name: string) => Promise<unknown>;
}): ReactElement {
  const [name, setName] = useState("");
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await onSave(name.trim())) setName("");
  };
  return (
    <form className="mt-1 grid gap-1 border-t border-line p-2" onSubmit={(event) => void send(event)}>
      <div className="flex gap-2">
        <input
          type="text" aria-label="Name of the view" placeholder={isEmpty ? "Filter first, then name it" : "Save what is shown as…"} maxLength={100} disabled={isEmpty}
          className="h-7 min-w-0 flex-1 rounded border border-control bg-bg px-2 text-sm disabled:opacity-60" value={name} onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={isEmpty || name.trim() === ""}>Save</Button>
      </div>
      <p className={`text-xs ${refusal === "" ? "text-muted" : "text-error"}`} role="status">{refusal || (isShared ? "Everybody in the project will see it." : "Only this browser keeps it.")}</p>
    </form>
  );
}
