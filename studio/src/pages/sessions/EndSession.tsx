import { type ReactElement, useState } from "react";
import { refusalOf } from "../../data/failure";
import { endSession } from "../../data/sessions";
import { useMay } from "../../data/session";
import type { SessionRuns } from "../../model/api";
import { cutAt } from "../../model/visible";
import { Button } from "../../widgets/button";
import { Dialog } from "../../widgets/dialog";
import { type Refusal, RefusalLine } from "../../widgets/form";
import { Visible } from "../../widgets/name";

/** Ends a session for good, for those who may: asked first, because nothing reopens it. */
export function EndSession({ project, session }: { readonly project: string; readonly session: SessionRuns }): ReactElement | null {
  const may = useMay(project, "rooms");
  const [asked, setAsked] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setAsked(true)}>End session…</Button>
      {asked && <Question project={project} session={session} onClose={() => setAsked(false)} />}
    </>
  );
}

function Question({ project, session, onClose }: { readonly project: string; readonly session: SessionRuns; readonly onClose: () => void }): ReactElement {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const present = session.present.length;
  const end = async (by: "ended" | "killed"): Promise<void> => {
    setBusy(true);
    try {
      await endSession(project, session.id, by);
      onClose();
    } catch (error) {
      setRefusal(refusalOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog label="End this session" onClose={onClose} className="w-[min(480px,92vw)]">
      <div className="grid gap-3 p-5">
        <h2 className="text-lg font-semibold">End this session?</h2>
        <p className="[overflow-wrap:anywhere]"><span className="font-mono"><Visible line text={cutAt(session.id, 200)} /></span> of room <Visible line text={session.room ?? ""} /> is over for good: what names it later belongs to it and does not reopen it{present > 0 ? `, and the ${present === 1 ? "participant who is" : `${present} participants who are`} in it leave` : ""}.</p>
        <RefusalLine refusal={refusal} />
        <div className="flex justify-end gap-2">
          {/* What changes nothing is where the focus starts. */}
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus */}
          <Button autoFocus look="plain" onClick={onClose}>Keep it</Button>
          <Button disabled={busy} title="It did what it was for" onClick={() => void end("ended")}>End it</Button>
          <Button disabled={busy} className="border-error! text-error!" title="It is stopped, and told as killed" onClick={() => void end("killed")}>Kill it</Button>
        </div>
      </div>
    </Dialog>
  );
}
