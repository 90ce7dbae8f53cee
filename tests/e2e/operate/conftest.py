"""Fanlight behind a real proxy that reads the very file of deploy/, over TLS and below a base path."""

from __future__ import annotations

import datetime
import getpass
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks.server import free_port
from tests.e2e.operate.images import DEPLOY, image, podman

__all__ = ("DEPLOY", "image", "podman")

NAME, BASE = "fanlight.example.org", "/fanlight"
START_S = 60.0
EMAIL, PASSWORD = "olga@example.org", "a lantern for every agent"


@dataclass(frozen=True, kw_only=True)
class Behind:
    """A guarded server without people yet, and the proxy's port. `direct` is the server's own address."""

    proxy: str
    port: int
    direct: str
    setup_path: str
    certificate: Path

    @property
    def authority(self) -> str:
        """What a browser calls the proxy."""
        return f"{NAME}:{self.port}"

    @property
    def url(self) -> str:
        return f"https://{self.authority}{BASE}"

    @property
    def trust(self) -> ssl.SSLContext:
        """Believes the proxy's certificate alone."""
        return ssl.create_default_context(cafile=str(self.certificate))

    def client(self, *, source: str = "127.0.0.1") -> httpx.Client:
        """Speaks to the proxy by its name, from the loopback address `source`."""
        return httpx.Client(
            transport=_Named(self.trust, local_address=source),
            base_url=f"https://127.0.0.1:{self.port}{BASE}",
            headers={"host": self.authority},
            timeout=30,
        )

    def directly(self, *, source: str) -> httpx.Client:
        """Speaks to the server itself, past the proxy."""
        transport = httpx.HTTPTransport(local_address=source)
        return httpx.Client(transport=transport, base_url=self.direct, timeout=30)


class _Named(httpx.HTTPTransport):
    """Connects to loopback and asks there for the proxy's name: no name server knows it."""

    def __init__(self, trust: ssl.SSLContext, *, local_address: str) -> None:
        super().__init__(verify=trust, local_address=local_address)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = NAME
        return super().handle_request(request)


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The first person, by a login and by a key that sends and reads."""

    cookie: str
    key: str


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def behind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    proxy: str = request.param
    program = shutil.which(proxy) or shutil.which(proxy, path="/usr/sbin")
    if program is None:
        told = "scripts/test installs it for root" if proxy == "nginx" else "its file is checked where it is"
        pytest.skip(f"{proxy} is not installed: {told}")
    place = tmp_path_factory.mktemp(proxy)
    certificate = make_certificate(place)
    settings = {
        "FANLIGHT_BASE_PATH": BASE,
        "FANLIGHT_TRUSTED_PROXY": "127.0.0.1",
        "FANLIGHT_ALLOWED_HOSTS": NAME,
    }
    with serving(place / "data", settings) as started:
        port, grpc_port = free_port(), started["otlp_grpc"].rpartition(":")[2]
        upstream = started["studio"].removesuffix(BASE)
        command = _PROXIES[proxy](program, place, port, upstream.removeprefix("http://"), grpc_port)
        # Caddy keeps things in its home.
        environ = os.environ | dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(place))
        with (place / "log").open("wb") as log:
            running = subprocess.Popen(command, stdout=log, stderr=log, cwd=place, env=environ)
        try:
            [token] = [note.split("#")[1].split()[0] for note in started["notes"] if "/setup#" in note]
            found = Behind(
                proxy=proxy,
                port=port,
                direct=upstream,
                setup_path=f"/setup#{token}",
                certificate=certificate,
            )
            _wait(found, running, place / "log")
            yield found
        finally:
            running.terminate()
            running.wait(timeout=20)


@contextmanager
def serving(data: Path, settings: dict[str, str]) -> Iterator[dict[str, Any]]:
    """`fanlight serve` on free ports; what it printed about itself."""
    command = [str(Path(sys.executable).with_name("fanlight")), "serve", "--json", "--data", str(data)]
    command += ["--port", "0", "--otlp-http-port", "off", "--otlp-grpc-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | settings) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(behind: Behind, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    with behind.client() as client:
        while time.monotonic() < until and running.poll() is None:
            try:
                if client.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    pytest.fail(f"{behind.proxy} does not pass on:\n{log.read_text()[-2000:]}")


def _exchange(text: str, exchanges: dict[str, str]) -> str:
    """`text` with this machine's places. A file that no longer names one is no file of this test's."""
    for old, new in exchanges.items():
        assert old in text, f"deploy's file has no {old!r} any more"
        text = text.replace(old, new)
    return text


def _nginx(program: str, place: Path, port: int, upstream: str, grpc_port: str) -> list[str]:
    written = _exchange(
        (DEPLOY / "nginx.conf").read_text(),
        {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "127.0.0.1:4319": upstream,
            "127.0.0.1:4317": f"127.0.0.1:{grpc_port}",
            "/etc/ssl/fanlight": str(place),
        },
    )
    (place / "fanlight.conf").write_text(written)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (place / "main.conf").write_text(
        f"daemon off;\nworker_processes 1;\npid {place}/nginx.pid;\nerror_log stderr;\n"
        + (f"user {getpass.getuser()};\n" if os.geteuid() == 0 else "")
        + "events {}\nhttp {\n"
        + "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in kinds)
        + f"access_log {place}/access.log;\ninclude {place}/fanlight.conf;\n}}\n"
    )
    return [program, "-p", str(place), "-c", str(place / "main.conf")]


def _caddy(program: str, place: Path, port: int, upstream: str, grpc_port: str) -> list[str]:
    sites = f"https://{NAME}:{port}, https://localhost:{port}"
    pair = f"{place}/fullchain.pem {place}/privkey.pem"
    written = _exchange(
        (DEPLOY / "Caddyfile").read_text(),
        {
            f"\n{NAME} {{\n": f"\n{sites} {{\n\tbind 127.0.0.1\n\ttls {pair}\n",
            "127.0.0.1:4319": upstream,
            "127.0.0.1:4317": f"127.0.0.1:{grpc_port}",
        },
    )
    (place / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + written)
    return [program, "run", "--config", str(place / "Caddyfile")]


_PROXIES: dict[str, Callable[[str, Path, int, str, str], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


def make_certificate(place: Path) -> Path:
    """A certificate of the proxy's name and of loopback, signed by itself, and its key, in `place`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (place / "fullchain.pem").write_bytes(pem)
    (place / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return place / "fullchain.pem"


Refused = tuple[httpx.Response, httpx.Response]
"""What somebody was answered who listed the projects, and who sent a trace."""


@pytest.fixture(scope="module")
def refused_before(behind: Behind) -> list[Refused]:
    """The answers before anybody was registered, through the proxy and past it."""
    trace = {"resourceSpans": []}
    with behind.client() as client, behind.directly(source="127.0.0.1") as direct:
        return [
            (each.get(f"{base}/api/v1/projects"), each.post(f"{base}/v1/traces", json=trace))
            for each, base in ((client, ""), (direct, BASE))
        ]


@pytest.fixture(scope="module")
def owner(behind: Behind, refused_before: list[Refused]) -> Owner:
    """Whoever set the server up, through the proxy; asked before is what was closed till then."""
    token = behind.setup_path.partition("#")[2]
    with behind.client() as client:
        body = {"token": token, "email": EMAIL, "name": "Olga", "password": PASSWORD}
        answer = client.post("/api/v1/setup", json=body)
        assert answer.status_code == 201, answer.text
        cookie = answer.headers["set-cookie"]
        wanted = {"name": "sender", "scopes": ["ingest", "read"]}
        made = client.post(
            "/api/v1/projects/default/keys", json=wanted, headers={"cookie": cookie.partition(";")[0]}
        )
        assert made.status_code == 201, made.text
    return Owner(cookie=cookie, key=made.json()["secret"])
