import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { failureOf, refusalOf } from "../../data/failure";
import { pricesQuery, removePrice, setPrice } from "../../data/prices";
import { useMay } from "../../data/session";
import type { Price } from "../../model/api";
import { PRICE_KINDS, otherKinds, pricesCsv, pricesOf, shownPrice } from "../../model/prices";
import { CsvButton } from "../../widgets/csv-button";
import { Confirm, Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Name } from "../../widgets/name";
import { Moment, Section, Table } from "../../widgets/table";
import { PriceImporter } from "./PriceImporter";
import { Repricing } from "./Repricing";
import { SettingsBody, SettingsHead } from "./SettingsHead";

/** The prices that a project sets itself, above the published ones. */
export function PricesPage({ project }: { readonly project: string }): ReactElement {
  const prices = useQuery(pricesQuery(project));
  const mayAdmin = useMay(project, "admin");
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Section
          title="Own prices" note="US dollars for a million tokens. Fanlight knows the published prices of some thousand models; what is set here comes before them, for this project alone."
          action={prices.data && prices.data.length > 0 && <CsvButton name={`${project}-prices`} text={() => pricesCsv(prices.data)} />}
        >
          <Listed data={prices.data} failure={prices.error && failureOf("The prices could not be read", prices.error)} onRetry={() => void prices.refetch()}>
            {(items) => items.length === 0 ? <p className="text-muted">None is set: the published prices hold.</p> : (
              <Table label="Own prices" columns={["Model", "Provider", ...PRICE_KINDS.map(({ label }) => label), "More", "Set", ...(mayAdmin ? [""] : [])]}>
                {items.map((price) => <Line key={`${price.provider} ${price.model}`} project={project} price={price} mayAdmin={mayAdmin} />)}
              </Table>
            )}
          </Listed>
        </Section>
        {mayAdmin && <NewPriceForm project={project} />}
        {mayAdmin && <Repricing project={project} />}
        {mayAdmin && <PriceImporter project={project} />}
      </SettingsBody>
    </>
  );
}

function Line({ project, price, mayAdmin }: { readonly project: string; readonly price: Price; readonly mayAdmin: boolean }): ReactElement {
  return (
    <tr>
      <th scope="row" className="max-w-64 truncate text-base! font-medium! text-fg!"><Name text={price.model} /></th>
      <td className="text-muted">{price.provider === "" ? "any" : <Name text={price.provider} className="block max-w-40 truncate" />}</td>
      {PRICE_KINDS.map(({ name }) => <td key={name} className="whitespace-nowrap">{shownPrice(price.prices[name])}</td>)}
      <td className="text-muted">{otherKinds(price)}</td>
      <td><Moment at={price.created_at} /></td>
      {mayAdmin && <td className="deed"><Confirm label="Remove" question="The published price holds again." onYes={() => removePrice(project, price)} /></td>}
    </tr>
  );
}

function NewPriceForm({ project }: { readonly project: string }): ReactElement {
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    const prices = pricesOf(Object.fromEntries(PRICE_KINDS.map(({ name }) => [name, textOf(fields, name)])));
    await setPrice(project, { model: textOf(fields, "model").trim(), provider: textOf(fields, "provider").trim(), prices });
    form.reset();
  };
  return (
    <Section title="Set a price" note="It holds for what comes from now on; below it can be applied to what is stored. A model may end with * for all that begin so.">
      <Form send={send} refusalOf={refusalOf} action="Set the price" look="inline" className="grid max-w-3xl grid-cols-4 gap-4 max-md:grid-cols-2 *:[div[role=alert]]:col-span-full">
        <div className="col-span-2"><Field label="Model" name="model" required maxLength={1000} autoComplete="off" placeholder="my-model-*" hint="As spans name it." /></div>
        <div className="col-span-2"><Field label="Provider" name="provider" maxLength={100} autoComplete="off" placeholder="any" hint="Empty for any provider." /></div>
        {PRICE_KINDS.map(({ name, label, says }) => (
          <Field key={name} label={`${label}, $`} name={name} inputMode="decimal" pattern="\$?[0-9]*\.?[0-9]+" required={name === "input"} autoComplete="off" placeholder={name === "input" ? "2.50" : ""} hint={says} />
        ))}
      </Form>
    </Section>
  );
}
