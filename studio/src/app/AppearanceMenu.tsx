import { type ReactElement, useSyncExternalStore } from "react";
import { type Zone, zone } from "../base/zone";
import { Button } from "../widgets/button";
import { DENSITIES, density, setDensity } from "../widgets/density";
import { MoonIcon, ScreenIcon, SunIcon } from "../widgets/icons";
import { singleKeysOff, turnSingleKeys } from "../widgets/keys";
import { THEMES, setTheme, theme } from "./theme";

const ICONS = { system: ScreenIcon, light: SunIcon, dark: MoonIcon };
const ZONES: readonly Zone[] = ["local", "utc"];

/** How Studio looks to this reader: theme, room between rows, the zone of times, keys. */
export function AppearanceMenu(): ReactElement {
  const look = useSyncExternalStore(theme.watch, theme.get);
  const room = useSyncExternalStore(density.watch, density.get);
  const shown = useSyncExternalStore(zone.watch, zone.get);
  const off = useSyncExternalStore(singleKeysOff.watch, singleKeysOff.get);
  const Icon = ICONS[look];
  return (
    <>
      <Button look="plain" popoverTarget="appearance" aria-label="Appearance" title="Appearance" className="anchor-appearance px-0!"><Icon /></Button>
      <div id="appearance" popover="auto" aria-label="Appearance" className="below-appearance w-72 rounded-lg border border-line bg-raised p-3 text-fg shadow-pop">
        <div className="grid gap-3">
          <Choices label="Theme" names={THEMES} chosen={look} onChoose={setTheme} />
          <Choices label="Rows" names={DENSITIES} chosen={room} onChoose={setDensity} />
          <Choices label="Times" names={ZONES} chosen={shown} onChoose={(name) => zone.set(name)} />
          <label className="flex items-center gap-2 border-t border-line pt-3 text-sm text-muted">
            <input type="checkbox" checked={!off} onChange={(event) => turnSingleKeys(!event.target.checked)} />
            Keys without Ctrl or ⌘ are on
          </label>
        </div>
      </div>
    </>
  );
}

function Choices<Name extends string>({ label, names, chosen, onChoose }: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}): ReactElement {
  return (
    <fieldset>
      <legend className="pb-1 text-xs font-medium text-muted">{label}</legend>
      <div className="flex rounded-md border border-line p-0.5">
        {names.map((name) => (
          <button
            key={name} type="button" aria-pressed={name === chosen} aria-label={`${label}: ${name}`}
            className="h-6 flex-1 rounded-[3px] px-1 text-sm text-muted first-letter:uppercase hover:text-fg aria-pressed:bg-selected aria-pressed:font-medium aria-pressed:text-fg"
            onClick={() => onChoose(name)}
          >
            {name === "utc" ? "UTC" : name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
