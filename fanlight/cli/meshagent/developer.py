"""`meshagent room developer`: the developer logs of a room, as they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.meshagent import options
from fanlight.errors import FanlightError, ForbiddenError, InvalidError

if TYPE_CHECKING:
    from rich.text import Text

    from fanlight.sdk.rooms.address import Address
    from fanlight.sdk.rooms.developer import RoomLogEvent

OTEL_LOG, GAP = "otel.log", "fanlight.gap"
TEXT_CHARACTERS = 8_000


class Form(StrEnum):
    """How a log is printed."""

    PLAIN = "plain"
    JSON = "json"


def developer(
    project_id: options.ProjectId = None,
    room: Annotated[
        str | None,
        typer.Option("--room", envvar="MESHAGENT_ROOM", help="The room to watch.", show_default=False),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="A line a log, or its type and data as JSON.")
    ] = Form.PLAIN,
) -> None:
    """Watch the developer logs of a room, whatever their type, until Ctrl-C.

    Example: meshagent room developer --room lobby
    """
    import asyncio

    from fanlight.cli.output import say, visible

    if not room:
        raise InvalidError("no room is named", hint="--room ROOM, or the variable MESHAGENT_ROOM")
    say(f"Connecting to room {visible(room)} ...", "green")
    asyncio.run(_watch(_way_in(project_id, room), form))


def _way_in(project_id: str | None, room: str) -> Address:
    import os

    from fanlight.cli.meshagent.account import Account, segment, whereabouts
    from fanlight.sdk.rooms.address import find_address

    with Account(whereabouts(project_id)) as account:
        connection = account.post(f"rooms/{segment(room)}/connect", {})
    token = connection.get("jwt") if isinstance(connection, dict) else None
    if not isinstance(token, str):
        raise FanlightError(f"{account.url} gave no token for the room")
    endpoint = os.environ.get("MESHAGENT_ROOM_URL") or account.url
    return find_address(room, endpoint=endpoint, key=token, project=account.project)


async def _watch(address: Address, form: Form) -> None:
    from fanlight.cli.output import say
    from fanlight.rooms.toolkits import Code
    from fanlight.sdk.rooms.client import Room
    from fanlight.sdk.rooms.error import RoomError

    try:
        async with Room(address) as room:
            say("Watching. Press Ctrl-C to stop.", "cyan")
            async for event in room.developer.logs():
                _tell(event, form)
    except RoomError as error:
        kind = ForbiddenError if error.code == Code.PERMISSION_DENIED else FanlightError
        raise kind(str(error)) from error


def _tell(event: RoomLogEvent, form: Form) -> None:
    import sys

    from fanlight.cli.output import stdout

    for line in [json_text(event)] if form == Form.JSON else plain_lines(event):
        stdout().print(line, soft_wrap=True)
    sys.stdout.flush()


def json_text(event: RoomLogEvent) -> Text:
    """An event's type, and its data as JSON over several lines.

    Example:
        >>> from fanlight.sdk.rooms.developer import RoomLogEvent
        >>> print(json_text(RoomLogEvent(type="info", data={"message": "hello"})).plain)
        info: {
          "message": "hello"
        }
    """
    import json

    from rich.text import Text

    from fanlight.cli.meshagent.logs import STYLES
    from fanlight.cli.output import visible

    line = Text(visible(event.type), STYLES.get(event.type.lower(), "magenta"))
    shown = json.dumps(event.data, indent=2, ensure_ascii=False)
    return line.append(f": {visible(shown, keep_lines=True)}", "none")


def plain_lines(event: RoomLogEvent) -> Iterator[Text]:
    """A line a log, whatever its type; of `otel.log` a line a log record.

    Example:
        >>> from fanlight.sdk.rooms.developer import RoomLogEvent
        >>> event = RoomLogEvent(type="info", data={"message": "hello", "n": 1}, time="x", participant="ann")
        >>> [line.plain for line in plain_lines(event)]
        ['x info    ann  hello n=1']
    """
    from fanlight.cli.commands.logs import body_text
    from fanlight.cli.times import full_time

    if event.type == GAP:
        yield _line(_now(), "gap", "", f"some logs are not shown: {body_text(dict(event.data))}")
    elif event.type == OTEL_LOG:
        yield from _otlp_lines(event.data)
    else:
        at = full_time(event.time) if event.time else _now()
        yield _line(at, event.type, event.participant, body_text(dict(event.data)))


def _line(at: str, severity: str, who: str, text: str) -> Text:
    from fanlight.cli.meshagent.logs import line_of
    from fanlight.cli.output import visible

    line = line_of(at, severity)
    if who:
        line.append(f"{visible(who, limit=40)}  ", "cyan")
    return line.append(visible(text, limit=TEXT_CHARACTERS))


def _otlp_lines(data: Mapping[str, Any]) -> Iterator[Text]:
    from fanlight.cli.commands.logs import body_text

    for resource in _each(data, "resourceLogs"):
        service = _service(resource)
        for scope in _each(resource, "scopeLogs"):
            for record in _each(scope, "logRecords"):
                at, severity = record.get("timeUnixNano"), record.get("severityText")
                yield _line(
                    _moment(at), str(severity or "INFO"), service, body_text(value_of(record.get("body")))
                )


def _service(resource: Mapping[str, Any]) -> str:
    about = resource.get("resource")
    for pair in _each(about, "attributes") if isinstance(about, dict) else ():
        if pair.get("key") == "service.name":
            return str(value_of(pair.get("value")))
    return ""


def _each(holder: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = holder.get(name)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())


def value_of(value: Any) -> Any:
    """OTLP/JSON's AnyValue as plain data; what is none stays as it is.

    Example:
        >>> value_of({"kvlistValue": {"values": [{"key": "n", "value": {"intValue": "7"}}]}})
        {'n': 7}
        >>> value_of({"arrayValue": {"values": [{"boolValue": True}, {}]}}), value_of("text")
        ([True, None], 'text')
    """
    if not isinstance(value, dict):
        return value
    match value:
        case {"stringValue": text} | {"bytesValue": text} | {"boolValue": text} | {"doubleValue": text}:
            return text
        case {"intValue": number}:
            return int(number) if str(number).lstrip("-").isdecimal() else number
        case {"arrayValue": dict(array)}:
            return [value_of(each) for each in _each(array, "values")]
        case {"kvlistValue": dict(pairs)}:
            return {str(each.get("key")): value_of(each.get("value")) for each in _each(pairs, "values")}
    return value or None


def _moment(nanoseconds: Any) -> str:
    try:
        moment = datetime.fromtimestamp(int(nanoseconds) / 1e9, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return _now()
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _now() -> str:
    from fanlight.clock import SYSTEM

    return _moment(SYSTEM.now_ns())
