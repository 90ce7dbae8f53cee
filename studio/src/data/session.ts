/** Who is asking: the session, how it begins and how it ends. */
import { queryOptions } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { type Right, type Session, mayIn, mayOnServer } from "../model/session";
import { doubts, getJson, sendJson } from "./http";
import { queries } from "./reads";

export const sessionQuery = () =>
  queryOptions({
    queryKey: ["session"],
    queryFn: ({ signal }) => getJson<Session>("session", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    // Rights change while a tab sleeps.
    refetchOnWindowFocus: "always",
  });

// A refused question leads to the login page, if one is signed out indeed.
doubts.watch(() => void queries.invalidateQueries({ queryKey: sessionQuery().queryKey }));

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("used outside of the session");
  return session;
}

/** Whether the caller may do this in a project. */
export function useMay(project: string, right: Right): boolean {
  return mayIn(useSession(), project, right);
}

export function useMayOnServer(right: Right): boolean {
  return mayOnServer(useSession(), right);
}

function begin(session: Session): void {
  // What was read as nobody, or as somebody else, is theirs.
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
  queries.setQueryData(sessionQuery().queryKey, session);
}

export const signIn = async (email: string, password: string): Promise<void> =>
  begin(await sendJson<Session>("POST", "login", { email, password }));

export const setUp = async (first: { token: string; email: string; name: string; password: string }): Promise<void> =>
  begin(await sendJson<Session>("POST", "setup", first));

export const acceptInvite = async (given: { token: string; name: string; password: string }): Promise<void> =>
  begin(await sendJson<Session>("POST", "invites/accept", given));

export async function signOut(everywhere: boolean): Promise<void> {
  await sendJson<null>("POST", "logout", { everywhere });
  begin(await getJson<Session>("session"));
}

const PLACE = "fanlight.place";

/** Keeps the address for when one comes back from an identity provider. */
export function rememberPlace(): void {
  try {
    sessionStorage.setItem(PLACE, window.location.href);
  } catch {
    // Storage can be forbidden; one then comes back to the front page.
  }
}

/** The address that was kept, once. */
export function takePlace(): string | null {
  try {
    const place = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    return place;
  } catch {
    return null;
  }
}
