import { type ReactElement, useState } from "react";
import { Link } from "wouter";
import { NONE, formatBytes, formatWhole } from "../../base/format";
import { bothZones, parseMillis } from "../../base/time";
import { useMay } from "../../data/session";
import { withTerm } from "../../model/log-source";
import { runHref } from "../../model/runs";
import { SERVICE_LOOKS, agoOf, clockLength, roomHref } from "../../model/rooms";
import type { Participant, RoomNow, Service } from "../../model/schema";
import { plainOf } from "../../model/visible";
import { Button } from "../../widgets/button";
import { useNow } from "../../widgets/clock";
import { Name, Visible } from "../../widgets/name";
import { Section, Table } from "../../widgets/table";
import { EndSession } from "./EndSession";

/** What works in the room, who is in it, and how its session ends. */
export function RoomServices({ project, room }: { readonly project: string; readonly room: RoomNow }): ReactElement {
  return (
    // It scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="grid min-h-0 flex-1 content-start gap-8 overflow-auto p-4 focus-visible:outline-offset-[-2px]" tabIndex={0} role="region" aria-label="Services and participants">
      <Section title="Services" note="Processes and containers, as they or whoever runs them reported. What was not reported is a dash, never a zero.">
        {room.services.length === 0 ? <NoServices room={room.name} /> : <Services project={project} services={room.services} />}
      </Section>
      <Section title="Participants" note={room.session === null ? "Nobody: no session goes on in this room." : "Whoever is connected to the room now."}>
        {room.present.length > 0 && <Participants present={room.present} />}
        {room.session !== null && room.present.length === 0 && <p className="text-muted">Nobody is connected. The session is what telemetry tells of.</p>}
      </Section>
      {room.session !== null && <SessionSection project={project} room={room} />}
    </div>
  );
}

const NUMBERS = ["CPU", "Memory", "Restarts", "Running for"];
const HEADS = ["Service", "State", "Image or version", ...NUMBERS, "Reported", "Leads to"];

function Services({ project, services }: { readonly project: string; readonly services: readonly Service[] }): ReactElement {
  const now = useNow(true);
  return (
    <Table label="Services" columns={HEADS} numbers={NUMBERS}>
      {services.map((service) => <ServiceRow key={service.name} project={project} service={service} now={now} />)}
    </Table>
  );
}

const RUNS = new Set<Service["state"]>(["running", "starting", "restarting"]);

function ServiceRow({ project, service, now }: { readonly project: string; readonly service: Service; readonly now: number }): ReactElement {
  const reported = parseMillis(service.reported_at);
  const started = parseMillis(service.started_at);
  const look = SERVICE_LOOKS[service.state];
  const logs = `${roomHref(project, service.room)}?${new URLSearchParams({ q: withTerm(service.logs, "room", null) })}`;
  return (
    <tr>
      <th scope="row" className="max-w-64 text-left font-normal! max-xl:max-w-36">
        <Name text={service.name} className="block truncate text-base font-medium text-fg" />
        <Name text={service.kind} className="block truncate text-xs text-muted" />
      </th>
      <td className="whitespace-nowrap" title={look.why}>
        <span className={look.colour}><span aria-hidden="true">{look.glyph}</span> {service.state}</span>
        {service.state === "unknown" && <span className="block text-xs text-muted">silent for {agoOf(now - reported).replace(" ago", "")}</span>}
      </td>
      <td className="max-w-72 font-mono text-sm max-xl:max-w-36"><Build service={service} /></td>
      <td className="number">{service.cpu_percent === null ? NONE : `${service.cpu_percent.toFixed(1)}%`}</td>
      <td className="number">{service.memory_bytes === null ? NONE : formatBytes(service.memory_bytes)}</td>
      <td className={`number ${(service.restarts ?? 0) > 0 ? "text-warn" : ""}`}>{service.restarts === null ? NONE : formatWhole(service.restarts)}</td>
      <td className="number" title={`Since ${bothZones(started)}`}>{RUNS.has(service.state) ? clockLength(now - started) : NONE}</td>
      <td className="whitespace-nowrap text-muted" title={bothZones(reported)}>{agoOf(now - reported)}</td>
      <td className="whitespace-nowrap">
        <Link className="inline-flex h-6 items-center text-accent hover:underline" href={logs} aria-label={`Logs of ${plainOf(service.name)}`}>Logs</Link>
        {service.run_id !== null && <Link className="ml-3 inline-flex h-6 items-center text-accent hover:underline" href={runHref(project, service.run_id)} aria-label={`Run of ${plainOf(service.name)}`}>Run</Link>}
      </td>
    </tr>
  );
}

function Build({ service: { image, version } }: { readonly service: Service }): ReactElement {
  if (image === null && version === null) return <>{NONE}</>;
  return (
    <>
      {image !== null && <Name text={image} className="block truncate" />}
      {version !== null && <span className="block truncate text-muted" title={plainOf(version)}>{image === null ? "" : "version "}<Visible line text={version} /></span>}
    </>
  );
}

function NoServices({ room }: { readonly room: string }): ReactElement {
  return (
    <p className="max-w-[80ch] text-muted">
      No service reported itself. <code>fanlight.service(…)</code> in a process, or <code>PUT /rooms/{room}/services/NAME</code> by whoever runs a container, makes it stand here.
    </p>
  );
}

function Participants({ present }: { readonly present: readonly Participant[] }): ReactElement {
  return (
    <Table label="Participants" columns={["Name", "Role", "Id"]}>
      {present.map(({ id, name, role }) => (
        <tr key={id}>
          <th scope="row" className="max-w-64 truncate text-left text-base! font-medium! text-fg!"><Name text={name || NONE} /></th>
          <td className="max-w-40 truncate"><Name text={role || NONE} /></td>
          <td className="max-w-96 truncate font-mono text-sm text-muted" ><Name text={id} /></td>
        </tr>
      ))}
    </Table>
  );
}

/** For whoever may end it; others see that it goes on in the head of the page. */
function SessionSection({ project, room }: { readonly project: string; readonly room: RoomNow }): ReactElement | null {
  const mayEnd = useMay(project, "rooms");
  const [asked, setAsked] = useState<"ended" | "killed" | null>(null);
  if (!mayEnd || room.session === null) return null;
  return (
    <Section title="Session" note="Once over, a session is not reopened; what happens in the room next is a new one.">
      <div className="flex gap-2">
        <Button onClick={() => setAsked("ended")}>End the session…</Button>
        <Button className="text-error!" onClick={() => setAsked("killed")}>Kill the session…</Button>
      </div>
      {asked && <EndSession project={project} room={room.name} session={room.session.id} by={asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}
