/** Who is asking, and what they may do: the mirror of fanlight/api/session.py and access/principal.py. */

export type Right =
  | "public" | "signed in" | "ingest" | "list" | "read" | "usage" | "bill" | "rooms" | "write" | "admin" | "members" | "server";

export interface Session {
  readonly mode: "local" | "guarded" | "setup";
  readonly signed_in: boolean;
  readonly name: string | null;
  readonly person_id: string | null;
  /** On the server. */
  readonly rights: readonly Right[];
  /** On each project that the caller is a member of. */
  readonly projects: Readonly<Record<string, readonly Right[]>>;
  /** Without it a login's cookie would travel in the clear. */
  readonly secure: boolean;
  /** Names of the identity providers that one can sign in with. */
  readonly oidc: readonly string[];
}

function rightsIn(session: Session, project: string): readonly Right[] {
  // Projects are named by people: only what stands in the answer itself counts.
  return Object.hasOwn(session.projects, project) ? (session.projects[project] ?? []) : [];
}

/** Whether the caller may do this in a project; in local mode there is nobody else. */
export function mayIn(session: Session, project: string, right: Right): boolean {
  return session.mode === "local" || rightsIn(session, project).includes(right);
}

export function mayOnServer(session: Session, right: Right): boolean {
  return session.mode === "local" || session.rights.includes(right);
}

/** Whether the caller knows that a project is there; to strangers absent and forbidden look alike. */
export function isMember(session: Session, project: string): boolean {
  return session.mode === "local" || rightsIn(session, project).length > 0;
}

/** The project to start with: the last one seen, else the first that may be seen; null when there is none. */
export function firstProject(session: Session, last: string): string | null {
  if (isMember(session, last)) return last;
  return Object.keys(session.projects).toSorted()[0] ?? null;
}

/** The secret that a link carries behind its `#`, which browsers send to nobody. */
export function fragmentOf(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, ""));
  } catch {
    return "";
  }
}
