"""A guarded server, and people who come in by its own doors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext

from tests.e2e.studio.serving import ROOT
from tests.e2e.studio.telemetry import Sender

PASSWORD = "a lantern for every agent"


@dataclass(frozen=True, kw_only=True)
class Guarded:
    """A guarded server: `setup_path` is the page of the first person, as printed; `log` has its stderr."""

    studio: str
    otlp: str
    setup_path: str
    process: subprocess.Popen[str]
    log: Path

    def found(self) -> Owner:
        """Register the first person by the set-up token."""
        body = {"token": self.setup_path.partition("#")[2], "email": "olga@example.org", "name": "Olga"}
        answer = httpx.post(f"{self.studio}/api/v1/setup", json={**body, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        return Owner(server=self, cookie=answer.headers["set-cookie"].partition(";")[0])


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The first person, who is an administrator and owns every project."""

    server: Guarded
    cookie: str

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = httpx.request(
            method,
            f"{self.server.studio}/api/v1/{path}",
            json=body,
            headers={"cookie": self.cookie},
            timeout=30,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def let_in(self, context: BrowserContext) -> None:
        """Give a browser a login of the owner's, as the log-in page would; tries at that are counted."""
        name, _, value = self.cookie.partition("=")
        host = urlsplit(self.server.studio).hostname
        context.add_cookies(
            [{"name": name, "value": value, "domain": host, "path": "/", "secure": True, "httpOnly": True}]
        )

    def add_person(self, email: str, *, project: str | None = None, role: str = "viewer") -> None:
        """Somebody with a password, and their role."""
        body = {"email": email, "name": email.partition("@")[0].title(), "password": PASSWORD}
        self.call("POST", "people", body)
        if project is not None:
            self.call("PUT", f"projects/{project}/members", {"email": email, "role": role})

    def sender(self, project: str) -> Sender:
        """Sends into a project with a key."""
        wanted = {"name": "sender", "scopes": ["ingest", "read"]}
        secret = self.call("POST", f"projects/{project}/keys", wanted)["secret"]
        return Sender(studio=self.server.studio, otlp=self.server.otlp, project=project, key=secret)


@contextmanager
def guarded_server(data: Path, **environ: str) -> Iterator[Guarded]:
    """A server that listens beyond loopback, which makes it guarded; nobody is registered yet."""
    command = [
        str(Path(sys.executable).with_name("fanlight")), "serve", "--json", "--host", "0.0.0.0",
        "--port", "0", "--otlp-http-port", "0", "--otlp-grpc-port", "off", "--data", str(data),
    ]  # fmt: skip
    variables, log = {**os.environ, **environ}, data.with_suffix(".log")
    with (
        log.open("w") as said,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT, env=variables
        ) as process,
    ):
        assert process.stdout is not None
        endpoints = json.loads(process.stdout.readline())
        [note] = [note for note in endpoints["notes"] if "/setup#" in note]
        path = next(word for word in note.split() if "/setup#" in word).partition(endpoints["studio"])[2]
        try:
            yield Guarded(
                studio=endpoints["studio"],
                otlp=endpoints["otlp_http"],
                setup_path=path,
                process=process,
                log=log,
            )
        finally:
            process.terminate()
            process.wait(timeout=60)
