import { type ReactElement, useState } from "react";
import { formatWhole, plural } from "../../base/format";
import { refusalOf } from "../../data/failure";
import { importPrices } from "../../data/prices";
import type { PriceImport } from "../../model/api";
import { Field, Form } from "../../widgets/form";
import { Section, Table } from "../../widgets/table";

const REFUSED_SHOWN = 20;

/** The table of a file; throws where the file is none. */
async function tableOf(fields: FormData): Promise<unknown> {
  const file = fields.get("file");
  if (!(file instanceof File)) throw new Error("Choose a file.");
  try {
    return JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is no JSON.`);
  }
}

/** Takes a whole table of prices from a file. */
export function PriceImporter({ project }: { readonly project: string }): ReactElement {
  const [found, setFound] = useState<PriceImport | null>(null);
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    setFound(null);
    setFound(await importPrices(project, await tableOf(fields)));
    form.reset();
  };
  return (
    <Section title="Import from a file" note="LiteLLM's table of model prices (model_prices_and_context_window.json), or one of the same form. Entries that cannot be read are named, the others taken.">
      <Form send={send} refusalOf={refusalOf} action="Import" look="inline" className="flex max-w-xl flex-wrap items-end gap-4 *:[div[role=alert]]:w-full">
        <div className="w-80"><Field label="File" name="file" type="file" accept=".json,application/json" required className="h-8 w-full text-sm file:mr-2 file:h-7 file:rounded file:border file:border-line file:bg-bg file:px-2 file:text-fg" /></div>
      </Form>
      {found && (
        <div role="status" className="grid gap-2">
          <p className="text-ok">✓ {plural(found.taken, "price")} taken.{found.refused.length > 0 && <span className="text-warn"> {formatWhole(found.refused.length)} left out:</span>}</p>
          {found.refused.length > 0 && (
            <Table label="Prices that were left out" columns={["Model", "Why"]}>
              {found.refused.slice(0, REFUSED_SHOWN).map(({ model, reason }) => <tr key={model}><td className="font-mono text-sm">{model}</td><td>{reason}</td></tr>)}
            </Table>
          )}
        </div>
      )}
    </Section>
  );
}
