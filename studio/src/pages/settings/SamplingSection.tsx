import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { failureOf, refusalOf } from "../../data/failure";
import { samplingQuery, setSampling } from "../../data/projects";
import { useMay } from "../../data/session";
import type { SamplingReport } from "../../model/api";
import { saySampled } from "../../model/sampling";
import { Field, Form, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Section } from "../../widgets/table";

/** Which traces are kept, and how that is changed. */
export function SamplingSection({ project }: { readonly project: string }): ReactElement {
  const sampling = useQuery(samplingQuery(project));
  const mayAdmin = useMay(project, "admin");
  return (
    <Section title="Sampling" note="Whatever failed is kept always. A share of traces that is not taken is in no total; a finished run whose steps go stays in every total.">
      <Listed data={sampling.data} failure={sampling.error && failureOf("The sampling could not be read", sampling.error)} onRetry={() => void sampling.refetch()}>
        {(found) => (
          <>
            {saySampled(found).map((text) => <p key={text}>{text}</p>)}
            {saySampled(found).length === 0 && <p>Every trace is kept whole.</p>}
            {mayAdmin && <Change key={found.changed_at} project={project} found={found} />}
          </>
        )}
      </Listed>
    </Section>
  );
}

const rateOf = (fields: FormData, name: string): number => Number(textOf(fields, name)) / 100;

function Change({ project, found }: { readonly project: string; readonly found: SamplingReport }): ReactElement {
  const send = (fields: FormData): Promise<void> =>
    setSampling(project, { head_rate: rateOf(fields, "head"), tail_rate: rateOf(fields, "tail"), tail_keep: textOf(fields, "keep"), tail_after_s: found.tail_after_s });
  const percent = { type: "number", required: true, min: 0, max: 100, step: "any" } as const;
  return (
    <Form send={send} refusalOf={refusalOf} action="Keep so much" look="inline" className="flex max-w-3xl flex-wrap items-end gap-4 *:[div[role=alert]]:w-full">
      <div className="w-40"><Field label="Traces taken, in %" name="head" {...percent} defaultValue={found.head_rate * 100} /></div>
      <div className="w-48"><Field label="Good runs kept whole, in %" name="tail" {...percent} defaultValue={found.tail_rate * 100} /></div>
      <div className="w-72"><Field label="And those that fit" name="keep" placeholder="dur:>30s or cost:>0.5" defaultValue={found.tail_keep} /></div>
    </Form>
  );
}
