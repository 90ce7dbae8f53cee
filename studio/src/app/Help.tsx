import { type ReactElement, useSyncExternalStore } from "react";
import { type HelpLine, helpLines, keyLabel } from "../base/keys";
import { Dialog, Key } from "../widgets/dialog";
import { keyGroups, singleKeysOff, turnSingleKeys } from "../widgets/keys";

/** Every key that works here, by the part of the page it belongs to. */
export function Help({ onClose }: { readonly onClose: () => void }): ReactElement {
  const groups = useSyncExternalStore(keyGroups.watch, keyGroups.get);
  const off = useSyncExternalStore(singleKeysOff.watch, singleKeysOff.get);
  return (
    <Dialog label="All keys" onClose={onClose} className="w-[min(760px,92vw)]">
      <div className="grid gap-4 p-5">
        {/* It has the focus first: a dialog opens at its top, not at the only thing in it that can be pressed. */}
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
        <h2 className="text-lg font-semibold outline-none" tabIndex={-1} ref={(heading) => heading?.focus()}>Keys</h2>
        <div className="columns-1 gap-8 sm:columns-2">
          {helpLines(groups).map(({ name, lines }) => (
            <section key={name} className="break-inside-avoid-column pb-4">
              <h3 className="pb-1 text-sm font-medium text-muted">{name}</h3>
              <dl>{lines.map((line) => <Line key={line.label} line={line} />)}</dl>
            </section>
          ))}
        </div>
        <label className="flex items-center gap-2 border-t border-line pt-3 text-sm text-muted">
          <input type="checkbox" checked={!off} onChange={(event) => turnSingleKeys(!event.target.checked)} />
          Keys without Ctrl or ⌘ are on
        </label>
      </div>
    </Dialog>
  );
}

function Line({ line: { label, keys } }: { readonly line: HelpLine }): ReactElement {
  return (
    <div className="flex min-h-7 items-center justify-between gap-4 py-0.5">
      <dt className="min-w-0">{label}</dt>
      <dd className="flex shrink-0 items-center gap-1">
        {keys.map((each, index) => (
          <span key={each} className="flex items-center gap-1">
            {index > 0 && <span className="text-xs text-muted">or</span>}
            {keyLabel(each).map((key) => <Key key={key}>{key}</Key>)}
          </span>
        ))}
      </dd>
    </div>
  );
}
