"""Signing in at a real OpenID provider: a browser's way there and back, against a real server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import hatch_build
from benchmarks.server import free_port
from fanlight.catalog.database import open_catalog
from fanlight.catalog.people import add_person
from fanlight.cli.demo.server import running_server
from tests.compat.conftest import node_modules_with

PACKAGES = ["oidc-provider@9.13.3"]
PROVIDER = Path(__file__).with_name("provider.mjs")


@dataclass(frozen=True)
class Place:
    """A server, and the provider that its people sign in at."""

    url: str
    issuer: str

    def browser(self) -> httpx.Client:
        """A browser without any cookie. Loopback is secure to it, which httpx does not know."""

        def trust(_: httpx.Response) -> None:
            for cookie in browser.cookies.jar:
                cookie.secure = False

        browser = httpx.Client(base_url=self.url, timeout=20, event_hooks={"response": [trust]})
        return browser

    def there(self, browser: httpx.Client, who: str) -> str:
        """Walk to the provider as `who`, up to the link that leads back."""
        place = browser.get("/api/v1/oidc/login").headers["location"]
        assert place.startswith(f"{self.issuer}/")
        place += f"&login_hint={who}"
        while not place.startswith(self.url):
            answer = browser.get(place)
            assert answer.status_code in {302, 303}, answer.text
            place = str(httpx.URL(place).join(answer.headers["location"]))
        return place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    node = hatch_build.find_node()
    if node is None:
        pytest.skip("there is no Node.js to run the provider with")
    modules = node_modules_with(PACKAGES, node)
    script = modules / PROVIDER.name  # packages are looked for beside the script
    script.write_text(PROVIDER.read_text())
    data = tmp_path_factory.mktemp("data")
    port, ours = free_port(), free_port()
    issuer, url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ours}"
    settings = {"issuer": issuer, "client_id": "fanlight", "client_secret": "between-the-two-of-us"}
    lines = (f'oidc_{name} = "{value}"\n' for name, value in settings.items())
    (data / "fanlight.toml").write_text("".join(lines))
    catalog = open_catalog("", data)
    for email in ("founder@example.org", "ann@example.org", "unverified@example.org"):
        add_person(catalog, email)
    catalog.close()
    command = [str(node.folder / "node"), str(script), f"{url}/api/v1/oidc/callback", str(port)]
    ports = {"port": str(ours), "otlp_http_port": "off", "otlp_grpc_port": "off"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as provider:
        try:
            assert provider.stdout is not None
            assert provider.stdout.readline() == "ready\n"
            with running_server(data, ports) as server:
                assert server.studio == url
                yield Place(url, issuer)
        finally:
            provider.kill()


def test_a_person_signs_in_there_and_is_known_here(place: Place) -> None:
    with place.browser() as browser:
        assert browser.get("/api/v1/session").json()["oidc"] == ["127.0.0.1"]
        came = browser.get(place.there(browser, "ann"))
        assert (came.status_code, came.headers["location"]) == (303, "/")
        session = browser.get("/api/v1/session").json()
        assert (session["name"], session["rights"]) == ("ann@example.org", ["signed in"])
        logins = browser.get("/api/v1/account/logins").json()["items"]
        assert [each["kind"] for each in logins] == ["browser"]


@pytest.mark.parametrize("who", ["eve", "unverified"])
def test_whoever_is_unknown_or_not_verified_stays_out(place: Place, who: str) -> None:
    with place.browser() as browser:
        assert browser.get(place.there(browser, who)).status_code == 401
        assert browser.get("/api/v1/session").json()["signed_in"] is False


def test_the_way_back_is_open_once_and_to_that_browser_alone(place: Place) -> None:
    with place.browser() as browser, place.browser() as thief:
        link = place.there(browser, "ann")
        assert thief.get(link).status_code == 401
        assert browser.get(link).status_code == 303
        assert browser.get(link).status_code == 401


def test_the_code_is_no_use_with_another_sign_in(place: Place) -> None:
    with place.browser() as browser, place.browser() as thief:
        stolen = httpx.QueryParams(urlsplit(place.there(browser, "ann")).query)
        own = httpx.URL(place.there(thief, "eve"))
        assert thief.get(own.copy_merge_params({"code": stolen["code"]})).status_code == 401
