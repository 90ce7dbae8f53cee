"""A guarded server with an agent that the published `charm` command pushed, and everybody who asks there."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from fanlight.catalog.keys import KeyScope
from fanlight.cli.demo.server import running_server

from .people import register
from .waiting import once

SETTINGS = {"port": "0", "otlp_http_port": "off", "otlp_grpc_port": "off"}
OWNER, VIEWER, STRANGER = "owner@example.org", "viewer@example.org", "stranger@example.org"
AGENT = Path(__file__).with_name("agents") / "charm_server"
INPUTS: list[Any] = [
    "[red]x[/red]",
    ["a", "[b]"],
    "text",
    {"message": {"deep": 1}},
    {"message": "[red]x[/red]"},
]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A guarded server, and everybody's tokens. `agent` is the folder of a published agent."""

    url: str
    http: httpx.Client
    tokens: dict[str, str]
    charm: Path
    home: Path
    agent: Path

    @property
    def agent_id(self) -> str:
        return str(yaml.safe_load((self.agent / "charm.yaml").read_text())["id"])

    def run(self, *arguments: str, who: str = OWNER) -> subprocess.CompletedProcess[str]:
        """The real command, as somebody who has pasted their token before."""
        home = self.home / who
        environ = {"PATH": os.environ["PATH"], "HOME": str(home), "COLUMNS": "120", "TERM": "dumb"}
        home.mkdir(exist_ok=True)
        if not (home / ".charm/config.toml").exists():
            saved = subprocess.run(
                [self.charm, "auth", "manual", "--token", self.tokens[who]],
                env=environ, capture_output=True, text=True, timeout=30,
            )  # fmt: skip
            assert saved.returncode == 0, saved.stdout
        return subprocess.run(
            [self.charm, *arguments], env=environ, capture_output=True, text=True, timeout=60, cwd=home
        )

    def logs(self, *more: str, base: str = "/api", who: str = OWNER) -> subprocess.CompletedProcess[str]:
        return self.run("logs", "--path", str(self.agent), "--api-base", self.url + base, *more, who=who)

    def bearer(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[who]}"}

    def read(self, run_id: str) -> dict[str, Any]:
        """The run as its owner reads it: what a stream said of it can be read a moment later."""
        path = f"{self.url}/api/v1/projects/shop/runs/{run_id}"
        answer = once(
            lambda: self.http.get(path, headers=self.bearer(OWNER)), lambda found: found.status_code != 404
        )
        return dict(answer.json())

    def runs(self) -> list[dict[str, Any]]:
        """The newest runs of the project."""
        answer = self.http.get(f"{self.url}/api/v1/projects/shop/runs", headers=self.bearer(OWNER))
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def send(self, spans: list[dict[str, Any]]) -> None:
        """Returns once that many runs more can be read."""

        def count() -> int:
            path = f"{self.url}/api/v1/projects/shop/stats"
            return int(self.http.get(path, headers=self.bearer(OWNER)).json()["runs"])

        before = count()
        body = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": spans}]}]}
        sent = self.http.post(f"{self.url}/v1/traces", json=body, headers=self.bearer("sender"))
        assert (sent.status_code, sent.json()) == (200, {})
        once(count, lambda found: found >= before + len(spans))

    def asked(self, **more: Any) -> dict[str, Any]:
        return {"agent_id": self.agent_id, "version": "latest", **more}


@contextlib.contextmanager
def place_of(data: Path, home: Path, charm: Path) -> Iterator[Place]:
    """A place with its data and its homes in these folders. Its agent has run once with each of INPUTS."""
    roles = {"founder@example.org": None, OWNER: "owner", VIEWER: "viewer", STRANGER: None}
    tokens = register(data, "shop", roles, keys={"sender": KeyScope.INGEST})
    agent = home / "agent"
    shutil.copytree(AGENT, agent)
    with running_server(data, SETTINGS) as server, httpx.Client(timeout=60) as http:
        made = Place(url=server.studio, http=http, tokens=tokens, charm=charm, home=home, agent=agent)
        pushed = made.run("push", str(agent), "--api-base", f"{server.studio}/api")
        assert pushed.returncode == 0, pushed.stdout
        assert "Successfully Published" in pushed.stdout
        made.send([run_of("Echo", at, given) for at, given in enumerate(INPUTS)])
        yield made


def run_of(agent: str, number: int, given: Any) -> dict[str, Any]:
    """The one span of a run, the `number`-th before now; the third has failed."""
    now = time.time_ns()
    attributes = {
        "gen_ai.agent.name": agent,
        "fanlight.kind": "agent",
        "fanlight.input": given if isinstance(given, str) else json.dumps(given),
    }
    return {
        "traceId": secrets.token_hex(16), "spanId": f"{number + 1:016x}", "name": agent,
        "startTimeUnixNano": str(now - (number + 1) * 10**9), "endTimeUnixNano": str(now),
        "status": {"code": 2, "message": "[bold]boom"} if number == 2 else {},
        "attributes": [{"key": k, "value": {"stringValue": v}} for k, v in attributes.items()],
    }  # fmt: skip


def data_of(lines: list[str]) -> list[str]:
    return [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]


def followed(place: Place, run_id: str, headers: dict[str, str]) -> httpx.Response:
    return place.http.get(f"{place.url}/v1/runs/{run_id}/events", headers=headers, timeout=60)


def printed_by_charm(python: Path, stream: str) -> str:
    """What the real reader makes of a stream."""
    script = (
        "import sys\nfrom charm.cli.commands.run import parse_and_print_sse as p\n[p(l) for l in sys.stdin]"
    )
    done = subprocess.run(
        [python, "-c", script], input=stream, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def publish_bundle(place: Place, name: str, definition: bytes) -> dict[str, Any]:
    """Publish an agent as `charm push` does, with a `charm.yaml` that it would refuse."""
    headers = place.bearer(OWNER)
    start = f"{place.url}/api/v1/agents"
    where = place.http.post(
        f"{start}/upload-token", json={"agent_name": name, "version": "1.0.0"}, headers=headers
    ).json()
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        member = tarfile.TarInfo("charm.yaml")
        member.size = len(definition)
        archive.addfile(member, io.BytesIO(definition))
    gzipped = {"content-type": "application/gzip"}
    sent = place.http.put(where["upload_url"], content=out.getvalue(), headers=gzipped)
    assert sent.status_code == 200, sent.text
    twice = place.http.put(where["upload_url"], content=out.getvalue(), headers=gzipped)
    assert (twice.status_code, twice.json()["error"]) == (
        404,
        "this upload is over, or was used; publish the agent again",
    )
    uac = {"id": f"{name.lower()}-1", "persona": {"name": name, "version": "1.0.0"}}
    body = {"metadata": {"uac": uac}, "storage_path": where["storage_path"]}
    stolen = place.http.post(start, json=body, headers=place.bearer(STRANGER))
    assert stolen.status_code == 404
    made = place.http.post(start, json=body, headers=headers)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found
