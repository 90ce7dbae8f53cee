/** Accounts, members, keys and the audit log: what is read of them, and what can be done. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { AuditEntry, Device, Invite, Key, KeyScope, Login, Member, Page, Person, Verification } from "../model/api";
import { getJson, projectPath, sendJson } from "./http";
import { queries } from "./reads";

const AUDIT_PAGE = 100;
const id = encodeURIComponent;

/** A list that fits on one page, under its path: what changes it reads it again by that path. */
const listOf = <T>(path: string) =>
  queryOptions({
    queryKey: ["list", path],
    queryFn: async ({ signal }) => (await getJson<Page<T>>(path, {}, signal)).items,
    staleTime: 0,
  });

async function change<T>(list: string, done: Promise<T>): Promise<T> {
  const answer = await done;
  await queries.invalidateQueries({ queryKey: ["list", list] });
  return answer;
}

export const loginsQuery = () => listOf<Login>("account/logins");
export const endLogin = (login: string) => change("account/logins", sendJson("DELETE", `account/logins/${id(login)}`));
export const changePassword = (old: string, next: string) =>
  change("account/logins", sendJson("POST", "account/password", { old, new: next }));

export const deviceQuery = (code: string) =>
  queryOptions({
    queryKey: ["device", code],
    queryFn: ({ signal }) => getJson<Device>(`devices/${id(code)}`, {}, signal),
    staleTime: 0,
  });
export const approveDevice = (code: string) => sendJson<Device>("POST", "devices/approve", { user_code: code });

export const peopleQuery = () => listOf<Person>("people");
export const addPerson = (person: { email: string; name: string; password: string; is_admin: boolean }) =>
  change("people", sendJson<Person>("POST", "people", person));
export const disablePerson = (person: string) => change("people", sendJson<Person>("DELETE", `people/${id(person)}`));

const members = (project: string) => projectPath(project, "members");
export const membersQuery = (project: string) => listOf<Member>(members(project));
export const setRole = (project: string, email: string, role: string) =>
  change(members(project), sendJson<Member>("PUT", members(project), { email, role }));
export const removeMember = (project: string, person: string) =>
  change(members(project), sendJson<Member>("DELETE", `${members(project)}/${id(person)}`));

const invites = (project: string) => projectPath(project, "invites");
export const invitesQuery = (project: string) => listOf<Invite>(invites(project));
export const invite = (project: string, email: string, role: string) =>
  change(invites(project), sendJson<{ invite: Invite; token: string }>("POST", invites(project), { email, role }));
export const withdrawInvite = (project: string, of: string) =>
  change(invites(project), sendJson<Invite>("DELETE", `${invites(project)}/${id(of)}`));

const keys = (project: string) => projectPath(project, "keys");
export const keysQuery = (project: string) => listOf<Key>(keys(project));
export const createKey = (project: string, key: { name: string; scopes: readonly KeyScope[]; expires_at: string | null }) =>
  change(keys(project), sendJson<{ key: Key; secret: string }>("POST", keys(project), key));
export const revokeKey = (project: string, key: string) =>
  change(keys(project), sendJson<Key>("DELETE", `${keys(project)}/${id(key)}`));

/** The audit log of a project, or of the server when `project` is null; newest first. */
export const auditQuery = (project: string | null) =>
  infiniteQueryOptions({
    queryKey: ["audit", project],
    queryFn: ({ signal, pageParam }) =>
      getJson<Page<AuditEntry>>(project === null ? "audit" : projectPath(project, "audit"), { limit: AUDIT_PAGE, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 0,
  });
export const verifyAudit = () => getJson<Verification>("audit/verify");
