"""`datadog`: counts and times to a Datadog Agent, or any other DogStatsD server, over UDP or a unix socket.

Reads Datadog's own variables: DD_DOGSTATSD_URL (udp://host:port, unix:///path), else DD_AGENT_HOST and
DD_DOGSTATSD_PORT, else 127.0.0.1:8125; DD_SERVICE, DD_ENV, DD_VERSION and DD_TAGS become tags.

The protocol is a line of text in a datagram, so it is written here: the `datadog` package would bring an HTTP
client, background threads and process-wide state into the agent for it. DogStatsD has no spans; whoever wants
them in Datadog adds `otlp`, which the Agent takes as well.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from fanlight.sdk.exporters.calls import Call, CallExporter, CallKind
from fanlight.sdk.faults import note

PORT = 8125
RECONNECT_S = 1.0
MOST_TAG_CHARACTERS = 200
MOST_TITLE_CHARACTERS = 100
MOST_EVENT_CHARACTERS = 1_000
"""An Agent reads 8,192 bytes of a datagram."""

Address = tuple[str, int] | str


class DatadogExporter(CallExporter):
    """Runs, tools, streamed answers and actions as counts and distributions; a failed run as an event.

    | metric | type | tags |
    |---|---|---|
    | charm.run.count, charm.run.duration_ms | c, d | status |
    | charm.tool.count, charm.tool.duration_ms | c, d | tool, status |
    | charm.stream.pieces, charm.stream.duration_ms | c, d | |
    | charm.action.count | c | tool |

    A datagram that cannot be sent is dropped and counted, as DogStatsD clients do.
    """

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        super().__init__(environ)
        self._address = address_of(self.environ)
        self._tags = tags_of(self.environ)
        self._socket: socket.socket | None = None
        self._connect_at = 0.0
        self.dropped = 0

    def begin(self, call: Call) -> None:
        """Counts and times are known at the end."""

    def end(self, call: Call) -> None:
        status = "error" if call.failure is not None else call.status or "success"
        took = f"{call.duration_ms:.3f}"
        if call.kind is CallKind.STREAM:
            self._send(self._metric("stream.pieces", str(call.pieces), "c"))
            self._send(self._metric("stream.duration_ms", took, "d"))
            return
        tags = [_tag("status", status)]
        if call.kind is CallKind.TOOL:
            tags.append(_tag("tool", call.name))
        noun = call.kind.value
        self._send(self._metric(f"{noun}.count", "1", "c", tags))
        self._send(self._metric(f"{noun}.duration_ms", took, "d", tags))
        if call.kind is CallKind.RUN and call.failure is not None:
            self._send(self._event(f"{call.name} failed", f"{call.failure_type}: {call.failure_text}"))

    def act(self, run: Call | None, tool: str, tool_input: str) -> None:
        self._send(self._metric("action.count", "1", "c", [_tag("tool", tool)]))

    def _metric(self, name: str, value: str, kind: str, tags: Sequence[str] = ()) -> str:
        return f"charm.{name}:{value}|{kind}" + self._tagged(tags)

    def _event(self, title: str, text: str) -> str:
        said = [_event_text(title[:MOST_TITLE_CHARACTERS]), _event_text(text[:MOST_EVENT_CHARACTERS])]
        sizes = ",".join(str(len(part.encode("utf-8", "replace"))) for part in said)
        return f"_e{{{sizes}}}:{said[0]}|{said[1]}|t:error" + self._tagged(())

    def _tagged(self, tags: Sequence[str]) -> str:
        every = [*self._tags, *tags]
        return f"|#{','.join(every)}" if every else ""

    def _send(self, line: str) -> None:
        try:
            if self._socket is None:
                self._socket = self._connect_by_and_by()
            self._socket.send(line.encode("utf-8", "replace"))
        except OSError as error:
            # Nobody listens yet, or its buffer is full: the agent never waits for either.
            self.dropped += 1
            note("sending to DogStatsD", error)
            if self._socket is not None and not isinstance(error, BlockingIOError):
                self._socket.close()
                self._socket = None

    def _connect_by_and_by(self) -> socket.socket:
        # To look a name up may take its time: not for every datagram while there is nobody.
        if time.monotonic() < self._connect_at:
            raise ConnectionRefusedError("waiting before the next try")
        self._connect_at = time.monotonic() + RECONNECT_S
        return _connect(self._address)


def address_of(environ: Mapping[str, str]) -> Address:
    """A host and port, or the path of a unix socket.

    Raises:
        ValueError: DD_DOGSTATSD_URL or DD_DOGSTATSD_PORT cannot be read.

    Example:
        >>> address_of({}), address_of({"DD_AGENT_HOST": "agent", "DD_DOGSTATSD_PORT": "9125"})
        (('127.0.0.1', 8125), ('agent', 9125))
        >>> address_of({"DD_DOGSTATSD_URL": "unix:///var/run/datadog/dsd.socket"})
        '/var/run/datadog/dsd.socket'
        >>> address_of({"DD_DOGSTATSD_URL": "http://agent"})
        Traceback (most recent call last):
        ValueError: DD_DOGSTATSD_URL is 'http://agent': it is udp://host:port or unix:///path
    """
    url = environ.get("DD_DOGSTATSD_URL")
    if not url:
        host = environ.get("DD_AGENT_HOST") or "127.0.0.1"
        port = environ.get("DD_DOGSTATSD_PORT") or str(PORT)
        if not port.isdigit():
            raise ValueError(f"DD_DOGSTATSD_PORT is {port!r}: it is a number")
        return host, int(port)
    parts = urlsplit(url)
    if parts.scheme in {"unix", "unixgram"} and parts.path:
        return parts.path
    if parts.scheme == "udp" and parts.hostname:
        return parts.hostname, parts.port or PORT
    raise ValueError(f"DD_DOGSTATSD_URL is {url!r}: it is udp://host:port or unix:///path")


def tags_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What DD_SERVICE, DD_ENV, DD_VERSION and DD_TAGS say of every metric.

    Example:
        >>> tags_of({"DD_SERVICE": "weather", "DD_ENV": "prod", "DD_TAGS": "team:a, tier:1"})
        ('service:weather', 'env:prod', 'team:a', 'tier:1')
    """
    unified = [(name, environ.get(f"DD_{name.upper()}")) for name in ("service", "env", "version")]
    own = [part.strip() for part in re.split(r"[,\s]+", environ.get("DD_TAGS", ""))]
    said = [_tag(name, value) for name, value in unified if value]
    return (*said, *(_clean(part) for part in own if part))


def _tag(name: str, value: str) -> str:
    return f"{name}:{_clean(value)}"


def _clean(value: str) -> str:
    # Those three end a tag, a field or a line: a tool's name must not forge another metric.
    return re.sub(r"[,|#\s]", "_", value)[:MOST_TAG_CHARACTERS]


def _event_text(text: str) -> str:
    return text.replace("\r", "").replace("\n", "\\n").replace("|", "¦")


def _connect(address: Address) -> socket.socket:
    if isinstance(address, str):
        made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        target: Address = address
    else:
        family, kind, _, _, found = socket.getaddrinfo(*address, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, kind)
        target = (str(found[0]), int(found[1]))
    made.setblocking(False)
    try:
        made.connect(target)
    except OSError:
        made.close()
        raise
    return made
