import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { invite, invitesQuery, membersQuery, removeMember, setRole, withdrawInvite } from "../../data/access";
import { failureOf, refusalOf } from "../../data/failure";
import { useSession } from "../../data/session";
import { ROLES, membersCsv } from "../../model/access";
import type { Member } from "../../model/api";
import { plainOf } from "../../model/visible";
import { CsvButton } from "../../widgets/csv-button";
import { Choice, Confirm, Field, Form, type Refusal, RefusalLine, Secret, textOf } from "../../widgets/form";
import { Listed } from "../../widgets/listed";
import { Visible } from "../../widgets/name";
import { Badge, Moment, Section, Table } from "../../widgets/table";
import { SettingsBody, SettingsHead } from "./SettingsHead";

export function MembersPage({ project }: { readonly project: string }): ReactElement {
  return (
    <>
      <SettingsHead project={project} />
      <SettingsBody>
        <Members project={project} />
        <Invites project={project} />
      </SettingsBody>
    </>
  );
}

function Members({ project }: { readonly project: string }): ReactElement {
  const members = useQuery(membersQuery(project));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const change = async (member: Member, role: string): Promise<void> => {
    setRefusal(null);
    try {
      await setRole(project, member.email, role);
    } catch (error) {
      setRefusal(refusalOf(error));
    }
  };
  return (
    <Section
      title="Members" note="Only they see this project. Somebody must own it: the last owner cannot go."
      action={members.data && <CsvButton name={`${project}-members`} text={() => membersCsv(members.data)} />}
    >
      <RefusalLine refusal={refusal} />
      <Listed data={members.data} failure={members.error && failureOf("The members could not be read", members.error)} onRetry={() => void members.refetch()}>
        {(items) => (
          <Table label="Members" columns={["Person", "Role", "Since", ""]}>
            {items.map((member) => <Line key={member.person_id} project={project} member={member} onRole={(role) => void change(member, role)} />)}
          </Table>
        )}
      </Listed>
      <details className="text-muted">
        <summary className="min-h-6 w-fit cursor-pointer hover:text-fg">What each role may see and do</summary>
        <dl className="grid w-fit grid-cols-[auto_1fr] gap-x-4 gap-y-1 pt-1">
          {ROLES.map(({ name, says }) => [<dt key={name} className="font-medium text-fg">{name.replace("_", " ")}</dt>, <dd key={`${name}-says`}>{says}</dd>])}
        </dl>
      </details>
    </Section>
  );
}

function Line({ project, member, onRole }: { readonly project: string; readonly member: Member; readonly onRole: (role: string) => void }): ReactElement {
  const { person_id } = useSession();
  const isMe = member.person_id === person_id;
  return (
    <tr>
      <td>
        <span className="font-medium [overflow-wrap:anywhere]"><Visible line text={member.name || member.email} /></span> {isMe && <Badge look="ok">you</Badge>}
        {member.name && <span className="block text-sm text-muted [overflow-wrap:anywhere]"><Visible line text={member.email} /></span>}
      </td>
      <td className="w-48"><Roles label={`Role of ${plainOf(member.email)}`} hidden value={member.role} onChange={(event) => onRole(event.target.value)} /></td>
      <td><Moment at={member.since} /></td>
      <td className="deed">
        <Confirm label={isMe ? "Leave" : "Remove"} question={isMe ? "Leave this project?" : "Take them out?"} onYes={() => removeMember(project, member.person_id)} />
      </td>
    </tr>
  );
}

function Roles(props: React.ComponentProps<typeof Choice>): ReactElement {
  return (
    <Choice {...props}>
      {ROLES.map(({ name }) => <option key={name} value={name}>{name.replace("_", " ")}</option>)}
    </Choice>
  );
}

function Invites({ project }: { readonly project: string }): ReactElement {
  const invites = useQuery(invitesQuery(project));
  const [made, setMade] = useState<{ readonly email: string; readonly link: string } | null>(null);
  const send = async (fields: FormData, form: HTMLFormElement): Promise<void> => {
    const { invite: of, token } = await invite(project, textOf(fields, "email"), textOf(fields, "role"));
    form.reset();
    setMade({ email: of.email, link: new URL(`invite#${token}`, document.baseURI).href });
  };
  const open = (invites.data ?? []).filter((each) => each.accepted_at === null);
  return (
    <Section title="Invites" note="An invite is a link for one person. It works once, within a week; Fanlight sends no e-mail.">
      <Form send={send} refusalOf={refusalOf} action="Make an invite" look="inline" className="grid max-w-xl grid-cols-2 items-end gap-4 *:[div[role=alert]]:col-span-2">
        <Field label="E-mail" name="email" type="email" required autoComplete="off" />
        <Roles label="Role" name="role" defaultValue="maintainer" />
      </Form>
      {made && (
        <Secret label={`Invite for ${plainOf(made.email)}`} text={made.link} onDone={() => setMade(null)}>
          Give this link to them alone. It is shown this once.
        </Secret>
      )}
      {open.length > 0 && (
        <Table label="Open invites" columns={["For", "Role", "By", "Until", ""]}>
          {open.map((each) => (
            <tr key={each.id}>
              <td className="font-medium [overflow-wrap:anywhere]"><Visible line text={each.email} /></td>
              <td>{each.role.replace("_", " ")}</td>
              <td className="text-muted [overflow-wrap:anywhere]"><Visible line text={each.by} /></td>
              <td><Moment at={each.expires_at} /></td>
              <td className="deed"><Confirm label="Withdraw" question="Make the link useless?" onYes={() => withdrawInvite(project, each.id)} /></td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
