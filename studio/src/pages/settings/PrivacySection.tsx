import type { ReactElement } from "react";
import { refusalOf } from "../../data/failure";
import { setProject } from "../../data/projects";
import type { Project } from "../../model/api";
import { Form } from "../../widgets/form";
import { Visible } from "../../widgets/name";
import { Section } from "../../widgets/table";

const KINDS = { card: "Payment cards", email: "E-mail addresses", phone: "Telephone numbers", iban: "IBANs" };
const CONTENT = "content";

/** What is masked or taken out before anything is written, and how that is changed. */
export function PrivacySection({ project, own: { privacy } }: { readonly project: string; readonly own: Project }): ReactElement {
  const send = (fields: FormData): Promise<void> =>
    setProject(project, { privacy: { personal: Object.keys(KINDS).filter((kind) => fields.has(kind)), capture_content: fields.has(CONTENT) } });
  const patterns = Object.keys(privacy.patterns);
  return (
    <Section title="Privacy" note="Before anything is written. Tokens of well-known shapes are always masked, declared secrets unless the project says otherwise.">
      <Form send={send} refusalOf={refusalOf} action="Mask so" look="inline" className="grid max-w-xl gap-3">
        <fieldset className="grid gap-2">
          <legend className="mb-2 text-muted">Masked</legend>
          {Object.entries(KINDS).map(([kind, label]) => <Check key={kind} name={kind} label={label} checked={privacy.personal.includes(kind)} />)}
          {patterns.length > 0 && <p className="text-muted">Patterns of its own: <Visible line text={patterns.join(", ")} /></p>}
          <Check name={CONTENT} label="Keep messages, arguments and results of tools, and documents" checked={privacy.capture_content} />
        </fieldset>
      </Form>
    </Section>
  );
}

function Check({ name, label, checked }: { readonly name: string; readonly label: string; readonly checked: boolean }): ReactElement {
  return <label className="flex items-center gap-2"><input type="checkbox" name={name} defaultChecked={checked} />{label}</label>;
}
