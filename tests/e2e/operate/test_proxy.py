"""Behind nginx, and behind Caddy where it is installed: everything works below a base path, over TLS."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import expect, sync_playwright
from websockets.asyncio.client import connect

from fanlight.rooms.messages import pack, unpack
from fanlight.rooms.packets import Assembler, Message, packets_of
from tests.e2e.operate.conftest import BASE, EMAIL, NAME, PASSWORD, Behind, Owner, Refused
from tests.fixtures.waiting import until

PATIENCE_S = 30.0
UNBUFFERED_S = 1.0
"""How much later than past the proxy an event may come through it."""


def test_before_anybody_is_registered_nothing_is_open_though_the_server_listens_on_loopback(
    refused_before: list[Refused],
) -> None:
    assert len(refused_before) == 2
    for listed, sent in refused_before:
        assert (listed.status_code, listed.json()["error"]["code"]) == (403, "forbidden")
        assert "is behind a proxy (127.0.0.1)" in listed.json()["error"]["message"]
        assert sent.status_code == 403


def test_the_login_is_a_host_cookie_that_only_https_carries(behind: Behind, owner: Owner) -> None:
    name, _, flags = owner.cookie.partition("=")
    assert name == "__Host-fanlight"
    said = {part.strip().lower().partition("=")[0]: part.strip() for part in flags.split(";")[1:]}
    assert {"path", "secure", "httponly", "samesite"} <= set(said)
    assert (said["path"], said["samesite"].lower(), "domain" in said) == ("Path=/", "samesite=strict", False)


def test_telemetry_sent_over_http_and_grpc_is_read_back_below_the_base_path(
    behind: Behind, owner: Owner
) -> None:
    names = [f"{kind}-{uuid.uuid4().hex[:8]}" for kind in ("bearer", "path", "grpc", "large")]
    bearer = {"authorization": f"Bearer {owner.key}"}
    with behind.client() as client:
        assert client.post("/v1/traces", json=spans(names[0]), headers=bearer).status_code == 200
        assert client.post(f"/otlp/{owner.key}/v1/traces", json=spans(names[1])).status_code == 200
        # Larger than what nginx takes by default (1 MiB) and than what it holds in memory.
        large = spans(names[3], note="x" * 3 * 1024 * 1024)
        assert client.post("/v1/traces", json=large, headers=bearer).status_code == 200
        export_by_grpc(behind, owner, names[2])
        for name in names:
            wait_for_run(client, bearer, name)
    access = behind.certificate.with_name("access.log")
    if access.exists():
        assert owner.key not in access.read_text()


def test_the_command_line_and_the_sdk_need_the_address_alone(behind: Behind, owner: Owner) -> None:
    name = f"sdk-{uuid.uuid4().hex[:8]}"
    # A name that this machine can resolve.
    url = f"https://localhost:{behind.port}{BASE}"
    environ = {**os.environ, "FANLIGHT_URL": url, "FANLIGHT_KEY": owner.key}
    environ["SSL_CERT_FILE"] = str(behind.certificate)
    program = f"import fanlight\nfanlight.configure(service_name={name!r})\n"
    program += f"with fanlight.run({name!r}): pass\n"
    subprocess.run([sys.executable, "-c", program], env=environ, check=True, timeout=60)
    with behind.client() as client:
        wait_for_run(client, {"authorization": f"Bearer {owner.key}"}, name)
    fanlight = str(Path(sys.executable).with_name("fanlight"))
    listed = subprocess.run(
        [fanlight, "runs", "--json"], env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert listed.returncode == 0, listed.stderr
    assert name in listed.stdout


def test_a_stream_is_not_held_back(behind: Behind, owner: Owner) -> None:
    name = f"live-{uuid.uuid4().hex[:8]}"
    bearer = {"authorization": f"Bearer {owner.key}"}
    with behind.client() as client, behind.directly(source="127.0.0.1") as direct:
        readers = [Reader(client, "", bearer, name), Reader(direct, BASE, bearer, name)]
        for reader in readers:
            reader.start()
        for reader in readers:
            assert reader.is_open.wait(PATIENCE_S)
        assert client.post("/v1/traces", json=spans(name), headers=bearer).status_code == 200
        for reader in readers:
            reader.join(PATIENCE_S)
            assert not reader.is_alive(), "the event did not come"
    through, past = readers
    assert through.seen_at - past.seen_at < UNBUFFERED_S


def test_a_room_is_reached_over_the_proxys_websocket(behind: Behind, owner: Owner) -> None:
    assert asyncio.run(log_into_lobby(behind, owner)) == f"wss://{behind.authority}{BASE}/rooms/lobby"
    logs, query = "/api/v1/projects/default/logs", {"q": "room:lobby event:fanlight.developer_log"}
    bearer = {"authorization": f"Bearer {owner.key}"}
    with behind.client() as client:
        [found] = until(lambda: client.get(logs, params=query, headers=bearer).json()["items"])
    assert "said through the proxy" in json.dumps(found)


def test_an_address_is_believed_from_the_trusted_proxy_alone(behind: Behind, owner: Owner) -> None:
    claimed = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"}
    body = {"email": EMAIL, "password": PASSWORD}
    bearer = {"cookie": owner.cookie.partition(";")[0]}
    with behind.client(source="127.0.0.2") as client, behind.directly(source="127.0.0.3") as other:
        before = {entry["seq"] for entry in client.get("/api/v1/audit", headers=bearer).json()["items"]}
        for each, base in ((client, ""), (other, BASE)):
            signed_in = each.post(f"{base}/api/v1/login", json=body, headers=claimed)
            assert signed_in.status_code == 200, signed_in.text
        # Without TLS, and from nobody who is trusted to say that there was some: no Secure cookie by a lie.
        lied = {"x-forwarded-proto": "https", "host": NAME}
        plain = other.post(f"{BASE}/api/v1/login", json=body, headers=lied)
        assert plain.headers["set-cookie"].startswith("fanlight=")
        noted = client.get("/api/v1/audit", headers=bearer).json()["items"]
    logins = [each["address"] for each in noted if each["action"] == "login" and each["seq"] not in before]
    assert sorted(logins) == ["127.0.0.2", "127.0.0.3", "127.0.0.3"]


@pytest.mark.parametrize("path", ["/", "/api/v1/projects", "/v1/traces"])
def test_another_name_is_refused_however_it_comes(behind: Behind, owner: Owner, path: str) -> None:
    headers = {"host": "evil.test", "x-forwarded-host": NAME}
    with behind.client(source="127.0.0.2") as client, behind.directly(source="127.0.0.3") as other:
        assert other.get(f"{BASE}{path}", headers=headers).status_code == 400
        through = client.get(path, headers=headers)
        # Caddy has no site of that name, and says so by an empty answer.
        assert through.status_code == 400 or (behind.proxy, through.content) == ("caddy", b"")
        told = client.get(path, headers={"x-forwarded-host": "evil.test"})
        assert told.status_code != 400


def test_a_page_of_another_site_changes_nothing(behind: Behind, owner: Owner) -> None:
    with behind.client() as client:
        for origin in ("https://evil.test", f"https://{NAME}", f"https://{NAME}.evil.test:{behind.port}"):
            refused = client.post(
                "/api/v1/projects",
                json={"name": "x"},
                headers={"origin": origin, "cookie": owner.cookie.partition(";")[0]},
            )
            assert (origin, refused.status_code) == (origin, 403)


@pytest.mark.browser
def test_studio_lives_below_the_base_path_in_a_real_browser(behind: Behind, owner: Owner) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed; apt-get install chromium")
    name = f"shown-{uuid.uuid4().hex[:8]}"
    arguments = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    with sync_playwright() as playwright, behind.client() as client:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(ignore_https_errors=True, reduced_motion="reduce")
        page.set_default_timeout(PATIENCE_S * 1000)
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        # A deep link, before and after the login.
        page.goto(f"{behind.url}/p/default/runs")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=30_000)
        expect(page).to_have_url(f"{behind.url}/p/default/runs")
        page.reload()
        expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible(timeout=30_000)
        # It comes by the stream alone: the page is not loaded again.
        bearer = {"authorization": f"Bearer {owner.key}"}
        assert client.post("/v1/traces", json=spans(name), headers=bearer).status_code == 200
        expect(page.get_by_text(name).first).to_be_visible(timeout=30_000)
        cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
        browser.close()
    login = cookies["__Host-fanlight"]
    assert (login["secure"], login["httpOnly"], login["sameSite"], login["path"]) == (
        True,
        True,
        "Strict",
        "/",
    )
    assert [url for url in asked if not url.startswith(f"{behind.url}/")] == []
    assert [url for url in asked if "fls_" in url or owner.key in url] == []
    # That nobody is signed in yet is an answer like any other, which a browser reports.
    assert [fault for fault in faults if "401" not in fault] == []


class Reader(threading.Thread):
    """Follows the live stream until `word` comes by; `seen_at` is when that was."""

    def __init__(self, client: httpx.Client, base: str, headers: dict[str, str], word: str) -> None:
        super().__init__(daemon=True)
        self._ask = (client, f"{base}/api/v1/projects/default/stream", headers)
        self._word = word
        self.is_open = threading.Event()
        self.seen_at = 0.0

    def run(self) -> None:
        client, path, headers = self._ask
        with client.stream("GET", path, params={"topics": "runs"}, headers=headers) as answer:
            for line in answer.iter_lines():
                self.is_open.set()
                if self._word in line:
                    self.seen_at = time.monotonic()
                    return


async def log_into_lobby(behind: Behind, owner: Owner) -> str:
    """Log one line into the room `lobby` and wait until it is taken; the address that the server gives it."""
    arguments = {"type": "json", "json": {"type": "info", "data": {"message": "said through the proxy"}}}
    header = {"toolkit": "developer", "tool": "log", "arguments": arguments, "tool_call_id": "c"}
    room_url = ""
    async with (
        asyncio.timeout(PATIENCE_S),
        connect(
            f"wss://{behind.authority}{BASE}/rooms/lobby?v=0.50.1",
            host="127.0.0.1",
            port=behind.port,
            ssl=behind.trust,
            proxy=None,
            additional_headers={"authorization": f"Bearer {owner.key}"},
        ) as socket,
    ):
        assembler = Assembler()
        for packet in packets_of(Message(1, "room.invoke_tool", pack(header))):
            await socket.send(packet)
        while True:
            message = assembler.take(await socket.recv(decode=False))
            if message is None:
                continue
            told = unpack(message.payload).header
            room_url = room_url or told.get("room_url", "")
            if message.id == 1 and message.type != "room_ready":
                return room_url


def export_by_grpc(behind: Behind, owner: Owner, name: str) -> None:
    now = time.time_ns()
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    span = resource.scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = uuid.uuid4().bytes, uuid.uuid4().bytes[:8], name
    span.start_time_unix_nano, span.end_time_unix_nano = now, now + 1_000_000
    credentials = grpc.ssl_channel_credentials(behind.certificate.read_bytes())
    options = [("grpc.ssl_target_name_override", NAME), ("grpc.default_authority", behind.authority)]
    with grpc.secure_channel(f"127.0.0.1:{behind.port}", credentials, options) as channel:
        call = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        metadata = (("authorization", f"Bearer {owner.key}"),)
        call(request.SerializeToString(), metadata=metadata, timeout=PATIENCE_S)
        with pytest.raises(grpc.RpcError) as refused:
            call(request.SerializeToString(), timeout=PATIENCE_S)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def spans(name: str, *, note: str = "") -> dict[str, Any]:
    """OTLP of a run of one span."""
    now = time.time_ns()
    span = {
        "traceId": uuid.uuid4().hex,
        "spanId": uuid.uuid4().hex[:16],
        "name": name,
        "startTimeUnixNano": str(now - 1_000_000),
        "endTimeUnixNano": str(now),
        "attributes": [{"key": "note", "value": {"stringValue": note}}],
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def wait_for_run(client: httpx.Client, headers: dict[str, str], name: str) -> None:
    until(lambda: name in client.get("/api/v1/projects/default/runs", headers=headers).text)
