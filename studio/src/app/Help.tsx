import { type ReactElement, useSyncExternalStore } from "react";
import { Dialog, Key } from "../widgets/dialog";
import { keyGroups, singleKeysOff, turnSingleKeys } from "../widgets/keys";

/** Every key that works here, by the part of the page it belongs to. */
export function Help({ onClose }: { readonly onClose: () => void }): ReactElement {
  const groups = useSyncExternalStore(keyGroups.watch, keyGroups.get);
  const off = useSyncExternalStore(singleKeysOff.watch, singleKeysOff.get);
  return (
    <Dialog label="All keys" onClose={onClose} className="w-[min(680px,92vw)]">
      <div className="grid gap-4 p-5">
        <h2 className="text-lg font-semibold">Keys</h2>
        <div className="grid gap-5 sm:grid-cols-2">
          {groups.map((group) => (
            <section key={group.name}>
              <h3 className="pb-1 text-sm font-medium text-muted">{group.name}</h3>
              <dl>
                {group.bindings.map((binding) => (
                  <div key={binding.keys} className="flex h-7 items-center justify-between gap-4">
                    <dt>{binding.label}</dt>
                    <dd className="flex gap-1">
                      {binding.keys.replace("Mod+", "Ctrl ").split(" ").map((key) => <Key key={key}>{key}</Key>)}
                    </dd>
                  </div>
                ))}
              </dl>
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
