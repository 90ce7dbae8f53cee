import type { KeyboardEvent, ReactElement, Ref } from "react";
import { formatWhole, plural } from "../../base/format";
import type { Tree } from "../../model/tree";
import { Button, IconButton } from "../../widgets/button";
import { LeftIcon, RightIcon, SearchIcon } from "../../widgets/icons";

type Step = 1 | -1;

/** Finding one's way in a trace: matches, errors, folding. */
export function Toolbar(props: {
  readonly field: Ref<HTMLInputElement>;
  readonly text: string;
  readonly matches: readonly number[];
  readonly selectedAt: number;
  readonly tree: Tree;
  readonly total: number;
  readonly truncated: boolean;
  readonly grouping: boolean;
  readonly wrappers: boolean;
  readonly hasWrappers: boolean;
  readonly zoomed: boolean;
  readonly onText: (text: string) => void;
  readonly onMatch: (step: Step) => void;
  readonly onError: (step: Step) => void;
  readonly onGrouping: (grouping: boolean) => void;
  readonly onWrappers: (shown: boolean) => void;
  readonly onOpenAll: () => void;
  readonly onCloseAll: () => void;
  readonly onReset: () => void;
}): ReactElement {
  const { field, text, matches, selectedAt, tree } = props;
  const place = matches.indexOf(selectedAt);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter") props.onMatch(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") {
      props.onText("");
      event.currentTarget.blur();
    }
  };
  return (
    <div className="flex h-10 shrink-0 items-center gap-2 px-4 text-sm">
      <search className="flex h-7 w-72 items-center gap-1.5 rounded-md border border-line px-2 focus-within:border-accent">
        <span className="text-muted"><SearchIcon /></span>
        <input
          ref={field} type="text" aria-label="Find in trace" placeholder="Find in trace" spellCheck={false} value={text}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
          onChange={(event) => props.onText(event.target.value)} onKeyDown={onKeyDown}
        />
        {text !== "" && <span className="text-muted" role="status">{place === -1 ? formatWhole(matches.length) : `${place + 1} of ${formatWhole(matches.length)}`}</span>}
      </search>
      {matches.length > 0 && <>
        <IconButton label="Previous match (N)" onClick={() => props.onMatch(-1)}><LeftIcon /></IconButton>
        <IconButton label="Next match (n)" onClick={() => props.onMatch(1)}><RightIcon /></IconButton>
      </>}
      {tree.errors.length > 0 && (
        <Button look="plain" className="text-error!" title="Next error (e)" onClick={() => props.onError(1)}>
          ✗ {plural(tree.errors.length, "error")}
        </Button>
      )}
      <span className="flex-1" />
      {props.zoomed && <Button look="plain" title="Whole trace (0)" onClick={props.onReset}>Reset zoom</Button>}
      <label className="flex h-7 items-center gap-1.5 px-1 text-muted" title="Five or more siblings of one name stand as one row">
        <input type="checkbox" checked={props.grouping} onChange={(event) => props.onGrouping(event.target.checked)} />
        Group repeats
      </label>
      {(props.wrappers || props.hasWrappers) && (
        <label className="flex h-7 items-center gap-1.5 px-1 text-muted" title="Spans that say nothing that their only child does not">
          <input type="checkbox" checked={props.wrappers} onChange={(event) => props.onWrappers(event.target.checked)} />
          Show wrappers
        </label>
      )}
      <Button look="plain" onClick={props.onOpenAll}>Expand all</Button>
      <Button look="plain" onClick={props.onCloseAll}>Collapse</Button>
      <span className="text-muted">
        {props.truncated || props.total > tree.spans.length
          ? <strong className="font-medium text-warn">showing {formatWhole(tree.spans.length)} of {formatWhole(props.total)} spans</strong>
          : plural(tree.spans.length, "span")}
      </span>
    </div>
  );
}
