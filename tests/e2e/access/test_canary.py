"""A word that stands everywhere in one project is never seen from another: asked, filtered, or streamed.

Each request with something of theirs in it has a twin with something in its place that does not exist. The
answers are the same but for what they repeat of the request, so that nothing can even be guessed.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import tarfile
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from fanlight.access.policy import TABLE
from fanlight.access.principal import Right
from fanlight.query.nouns import LOGS, METRICS, RUNS, SPANS
from fanlight.query.page import encode_cursor

from .conftest import LLM, NO_WORD, OURS, SPAN, THEIRS, TRACE, WORD, Two

MESHAGENT = "/accounts/projects/{project}"
GETS = sorted(path for way, path in TABLE if way == "GET" and path.startswith(("/api/v1/", MESHAGENT)))
pytestmark = pytest.mark.cells(
    "T14", "every reading route, asked for what another project has", "a word of theirs is never seen"
)
FIELDS = sorted({*RUNS.fields, *SPANS.fields, *LOGS.fields, *METRICS.fields})
NEVER_SEEN = re.compile(WORD, re.IGNORECASE)
FADING = re.compile(r'"used":(?:\d+\.\d+|\d[\d.]*e-\d+)(?=,"refused":\d+[,}])')
ECHOES = {WORD: NO_WORD, TRACE: "dec0" * 8, SPAN: "efa5" * 4, LLM: "feeb" * 4, THEIRS: "nobody"}
SHOWING = {
    "/api/v1/projects/{project}/usage/{about}": {"group": "agent"},
    "/api/v1/projects/{project}/usage/revenue": {"group": "customer"},
    "/api/v1/projects/{project}/fields/{noun}/values": {"field": "agent"},
}
"""What a route must be asked for to show names at all."""

ASKING = {"/api/v1/agents/logs": {"agent_id": WORD}, "/api/v1/terminal": {"port": "4319"}}
"""What a route must be asked for to answer at all."""


MESHAGENT_SAYS_NOTHING = (
    "agents/sessions", "agents/sessions/active", "sessions/{session:path}/participants",
    "sessions/{session:path}/metrics", "llm-proxy/usage", "balance", "status", "settings/otel",
)  # fmt: skip
"""Numbers alone, what no setting names, nobody's own, or (metrics) what was sent without a session."""


MESHAGENT_ASKS = {
    "/rooms": (f"filter={WORD}",),
    "/sessions": (f"room_id={WORD}", f"agent_id={WORD}", "limit=1000"),
    "/usage": (
        f"users={WORD}&report=user",
        f"room={WORD}",
        f"provider={WORD}&model={WORD}",
        f'annotations={{"{WORD}.key":"{WORD}"}}',
    ),
}
"""What its routes know to be asked, by how their paths end."""


def filled(template: str, project: str, values: Mapping[str, str]) -> str:
    """A path with something of theirs in every place but the project's."""
    return re.sub(
        r"{(\w+)(?::path)?}", lambda found: {**values, "project": project}.get(found[1], WORD), template
    )


@pytest.fixture(scope="module")
def values(two: Two) -> dict[str, str]:
    """What the places of paths can name of theirs, as their owner sees it."""
    base = f"/api/v1/projects/{THEIRS}"

    def first(path: str, name: str) -> str:
        return str(two.them.get(f"{base}/{path}").json()["items"][0][name])

    return {
        "about": "cost",
        "noun": "runs",
        "trace_id": TRACE,
        "span_id": SPAN,
        "log_id": first("logs", "id"),
        "key_id": first("keys", "id"),
        "person_id": first("members", "person_id"),
        "invite_id": first("invites", "id"),
        "deletion": first("deletions", "id"),
    }


@pytest.fixture(scope="module")
def knows(two: Two) -> dict[str, set[str]]:
    """Path -> the names of the queries that its description takes."""
    paths = two.us.get("/api/v1/openapi.json").json()["paths"]
    return {
        path: {told["name"] for told in methods.get("get", {}).get("parameters", []) if told["in"] == "query"}
        for path, methods in paths.items()
    }


def twins(values: Mapping[str, str]) -> dict[str, str]:
    """Theirs -> what does not exist, of the same form."""
    made = dict(ECHOES)
    made[values["log_id"]] = encode_cursor("log", 1_790_000_000_000_000_000, 1)
    for name in ("key_id", "person_id", "invite_id", "deletion"):
        made[values[name]] = values[name][::-1]
    return made


def queries(template: str) -> Iterator[str]:
    """Query strings for a route: as it is, and asking for theirs in every way that lists know."""
    yield ""
    if template.endswith("/stream"):
        return
    if template.startswith(MESHAGENT):
        for end, asked in MESHAGENT_ASKS.items():
            yield from asked if template.endswith(end) else ()
        yield from (f"cursor={encode_cursor(noun, *key)}" for noun, key in places_of_meshagent(template))
        return
    if template.endswith("/values"):
        yield from (f"field={name}" for name in (*RUNS.fields, "attr.", f"attr.{WORD}"))
        yield from (f"field=agent&prefix={WORD}", f"field={WORD}&limit=200")
    yield from (f"q={WORD}", f"q=text:{WORD}", f"q=-{WORD}", f"q=/{WORD}/", f"q=trace:{TRACE}")
    yield from (f"q={name}:{WORD}" for name in FIELDS)
    yield from (f"q={name}:*" for name in FIELDS)
    yield from (f"q={prefix}.{WORD}:{WORD}" for prefix in ("attr", "resource"))
    yield from (f"agent_id={WORD}", f"port=4319&agent_id={TRACE}", f"limit=5000&agent_id={WORD}")
    yield from (f"run={WORD}", "limit=1000", "limit=1000&order=asc", f"model={WORD}", f"agent={WORD}")
    grouped = ("model", "agent", "tool", "room", "session", "user", "provider", "customer", "run")
    yield from (f"group={name}" for name in grouped)
    yield from (f"cursor={encode_cursor(noun, *key)}" for noun, key in places())


def places() -> Iterator[tuple[str, tuple[int | str, ...]]]:
    """Where a cursor may point: into theirs, by name or by time."""
    late = 2_500_000_000_000_000_000
    yield from itertools.product(("rooms", "agents", "budgets"), (("a",), (WORD,)))
    yield from itertools.product(("runs", "logs", "findings"), ((late, WORD), (late, 2**62)))
    yield "audit", (2**40,)


def places_of_meshagent(template: str) -> Iterator[tuple[str, tuple[int | str, ...]]]:
    """The same for its lists."""
    late = 2_500_000_000_000_000_000
    places: dict[str, tuple[str, tuple[int | str, ...]]] = {
        "sessions": ("sessions", (late, WORD)),
        "active": ("sessions", (late, WORD)),
        "transactions": ("billing events", (late, WORD)),
        "events": ("session events", (late, 2**62)),
        "spans": ("session spans", (late, WORD, WORD)),
        "metrics": ("session metrics", ("a",)),
        "usage": ("model usage", (0, WORD, WORD, WORD, WORD)),
    }
    place = places.get(template.rpartition("/")[2])
    if place is not None:
        yield place


def plain(answer: httpx.Response, echoes: Mapping[str, str]) -> tuple[int, str]:
    """An answer without what it repeats of its request, and without what is another every time."""
    is_archive = answer.headers.get("content-type") == "application/x-tar"
    text = unpacked(answer.content) if is_archive else answer.text
    text = re.sub(r'"(request_id|ticket|state)":"[^"]*"', "", text)
    # The engine merges its files whenever it likes.
    text = re.sub(r'"bytes":\d+,"bytes_a_day":\d+', "", text)
    # What a project sends in a second fades while it is looked at.
    text = FADING.sub("", text)
    for theirs, nothing in echoes.items():
        text = text.replace(theirs, "*").replace(nothing, "*")
    return answer.status_code, text


def unpacked(archive: bytes) -> str:
    """The files of an export by name, without when it was made.

    Without what its audit log says of exports, too: each is noted there, and so the next one tells of it.
    """
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        read = {each.name: opened.extractfile(each) for each in opened}
        files = {name: file.read().decode() for name, file in read.items() if file is not None}
    entries = files["audit.jsonl"].splitlines()
    files["audit.jsonl"] = "\n".join(
        each for each in entries if json.loads(each)["action"] != "data.exported"
    )
    manifest = json.loads(files["manifest.json"])
    del manifest["exported_at"]
    manifest["files"] = [each for each in manifest["files"] if each["path"] != "audit.jsonl"]
    return json.dumps({**files, "manifest.json": manifest})


def replaced(text: str, echoes: Mapping[str, str]) -> str:
    for theirs, nothing in echoes.items():
        text = text.replace(theirs, nothing)
    return text


def test_the_word_stands_wherever_their_owner_looks(two: Two, values: dict[str, str]) -> None:
    """Without this the other tests would pass over an empty project."""
    seen = {}
    for template in GETS:
        if "/projects/{project}" in template and not template.endswith(("/stream", "{job}")):
            answer = two.them.get(filled(template, THEIRS, values), params=SHOWING.get(template))
            seen[template.removeprefix("/api/v1/projects/{project}")] = (
                answer.status_code,
                bool(NEVER_SEEN.search(answer.text)),
            )
    # Numbers alone, nothing found, nothing streamed, or asked by agents. An export masks the word, for it is
    # the value of a variable of the agent that ran.
    nothing_to_see = {
        "/fields/{noun}", "/stats", "/health", "/disk", "/limits", "/findings", "/runs/{run_id}/diff",
        "/budgets/verdict", "/runs/{run_id}/debugging", "/runs/{run_id}/export",
        "/traces/{trace_id}/spans/{span_id}/tokens",
        *(f"{MESHAGENT}/{path}" for path in MESHAGENT_SAYS_NOTHING),
    }  # fmt: skip
    told = {path: told for path, told in seen.items() if told != (200, True) and path not in nothing_to_see}
    assert told == {}
    assert len(seen) > 25


@pytest.mark.parametrize("template", GETS)
def test_nothing_of_theirs_is_seen_from_ours_nor_told_from_what_does_not_exist(
    two: Two, values: dict[str, str], knows: dict[str, set[str]], template: str
) -> None:
    echoes = twins(values)
    projects = (OURS, THEIRS) if "{project}" in template else ("",)
    # One that a route does not know is asked as well; more of them are the same question again.
    known = knows.get(template.replace(":path}", "}"), set())
    asking = [
        query for query in queries(template) if query in ("", f"q={WORD}") or query.partition("=")[0] in known
    ]
    for project, query in itertools.product(projects, asking):
        if template.endswith("/stream") and project == OURS:
            continue  # it never ends: see below
        asked = f"{filled(template, project, values)}?{query}"
        got, other = two.us.get(asked), replaced(asked, echoes)
        twin = two.us.get(other) if other != asked else got  # nothing of theirs is in what is asked
        assert plain(got, echoes) == plain(twin, echoes), asked
        if project == THEIRS:
            assert got.status_code == 404, asked
        echoed = got.text if WORD not in asked else got.text.replace(WORD, "", twin.text.count(NO_WORD))
        assert not NEVER_SEEN.search(echoed), asked


@pytest.mark.parametrize("template", GETS)
def test_strangers_and_keys_see_none_of_it_either(two: Two, values: dict[str, str], template: str) -> None:
    made = two.us.post(f"/api/v1/projects/{OURS}/keys", json={"name": "reader", "scopes": ["admin"]})
    bearer = {"authorization": f"Bearer {made.json()['secret']}"}
    for headers in ({}, bearer):
        with httpx.Client(base_url=two.url, headers=headers, timeout=20) as client:
            answer = client.get(filled(template, THEIRS, values), params=ASKING.get(template))
        if TABLE["GET", template].right is not Right.PUBLIC:
            assert answer.status_code in ({401} if not headers else {403, 404, 200})
            assert not NEVER_SEEN.search(answer.text.replace(filled(template, THEIRS, values), ""))


def test_a_cursor_of_theirs_opens_nothing_of_theirs(two: Two) -> None:
    two.send(THEIRS, WORD, trace="7d" * 16)
    for noun in ("logs", "audit"):
        page = two.them.get(f"/api/v1/projects/{THEIRS}/{noun}", params={"limit": 1}).json()
        assert page["next"] is not None
        ours = two.us.get(f"/api/v1/projects/{OURS}/{noun}", params={"cursor": page["next"]})
        assert ours.status_code == 200
        assert not NEVER_SEEN.search(ours.text)


def test_a_stream_of_ours_never_tells_of_theirs_whatever_it_asks_for(two: Two) -> None:
    topics = f"runs,logs,metrics,run:{WORD},room:{WORD},session:{WORD}"
    heard, ready = [], threading.Event()

    def listen() -> None:
        path = f"/api/v1/projects/{OURS}/stream"
        with two.us.stream(
            "GET", path, params={"topics": topics, "last_event_id": _beginning(two)}
        ) as answer:
            for line in answer.iter_lines():
                heard.append(line)
                ready.set()
                if "enough-of-ours" in line:
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert ready.wait(20)
    # Theirs is sent first and read back, so that it would have come before ours.
    two.send(THEIRS, WORD, trace="7e" * 16)
    two.send(OURS, "enough-of-ours", trace="0c" * 16)
    listener.join(30)
    assert not listener.is_alive()
    assert not NEVER_SEEN.search("\n".join(heard))


def test_a_ticket_or_token_of_ours_opens_no_stream_of_theirs(two: Two) -> None:
    made: Any = two.us.post(f"/api/v1/projects/{OURS}/tickets", json={}).json()
    stolen = httpx.get(
        f"{two.url}/api/v1/projects/{THEIRS}/stream", params={"topics": "runs", "ticket": made["ticket"]}
    )
    assert stolen.status_code == 401
    mine = two.us.get(f"/api/v1/projects/{THEIRS}/stream", params={"topics": f"run:{WORD}"})
    assert mine.status_code == 404


def _beginning(two: Two) -> str:
    return f"{two.us.get('/api/v1/server').json()['epoch']}.0"
