import { type ReactElement, useState } from "react";
import { refusalOf } from "../../data/failure";
import { endRoomSession } from "../../data/rooms";
import { Button } from "../../widgets/button";
import { Dialog } from "../../widgets/dialog";
import { type Refusal, RefusalLine } from "../../widgets/form";
import { Visible } from "../../widgets/name";

const WORDS = {
  ended: { title: "End this session?", deed: "End the session", what: "It is said to be over. Whoever is connected is sent away; the record stays, and what happens next begins a new session." },
  killed: { title: "Kill this session?", deed: "Kill the session", what: "It is said to have been stopped, and its timeline shows it as such. Whoever is connected is sent away; the record stays, and what happens next begins a new session." },
} as const;

/** Asks once more before a session ends for good. */
export function EndSession({ project, room, session, by, onClose }: {
  readonly project: string;
  readonly room: string;
  readonly session: string;
  readonly by: "ended" | "killed";
  readonly onClose: () => void;
}): ReactElement {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const end = async (): Promise<void> => {
    setBusy(true);
    try {
      await endRoomSession(project, room, session, by);
      onClose();
    } catch (error) {
      setRefusal(refusalOf(error));
      setBusy(false);
    }
  };
  const { title, deed, what } = WORDS[by];
  return (
    <Dialog label={title} onClose={onClose} className="w-[440px]">
      <div className="grid gap-3 p-5">
        <h2 className="text-lg font-semibold">{title}</h2>
        <p className="[overflow-wrap:anywhere]">Session <code>{session}</code> of room <b className="font-medium"><Visible line text={room} /></b>.</p>
        <p className="text-muted">{what}</p>
        <RefusalLine refusal={refusal} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button look="primary" disabled={busy} className="bg-error-fill!" onClick={() => void end()}>{deed}</Button>
        </div>
      </div>
    </Dialog>
  );
}
