"""Which hosts, sites and bodies a browser may come with: the functions alone; `unit/api` has the answers."""

from __future__ import annotations

import pytest

from fanlight.access.browser import Hosts, check_site, check_type, host_of, is_loopback
from fanlight.errors import ForbiddenError, InvalidError

from .told import told


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True), ("a.localhost", True), (".localhost", True), ("127.0.0.1", True),
        ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False),
        ("localhost.evil.test", False), ("evillocalhost", False), ("", False), ("127.0.0.1.evil.test", False),
    ],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("LOCALHOST:80", "localhost"), (" a.test. ", "a.test"), ("a.test.:4319", "a.test"),
        ("[::1]:4319", "::1"),
        ("[::1]", "::1"), ("[::1", "::1"), ("a:1:2", "a"), ("", ""), (":80", ""),
    ],
)  # fmt: skip
def test_the_host_of_an_authority(authority: str, host: str) -> None:
    assert host_of(authority) == host


def test_names_of_the_settings_are_this_server_s_and_no_others() -> None:
    hosts = Hosts([" Fanlight.Internal ", "", " "])
    for header in ("fanlight.internal", "FANLIGHT.internal.:4319", "localhost", "[::1]:1"):
        hosts.check(header)
    for header in ("evil.test", "fanlight.internal.evil.test", "", ":80", "x" * 200):
        assert told(hosts.check, header) == (
            InvalidError,
            f"this server does not go by the name {header[:100]!r}",
            "if it should, add the name to FANLIGHT_ALLOWED_HOSTS",
        )


@pytest.mark.parametrize(
    ("host", "origin", "fetch_site"),
    [
        ("a.test", None, None), ("a.test", None, "same-origin"), ("a.test", None, "none"),
        ("a.test", "https://a.test", "same-origin"), ("a.test", "http://A.test", None),
        ("a.test:80", "http://a.test", None), (" A.test ", "http://a.test:80", None),
        ("a.test:443", "https://a.test", None), ("a.test", "https://a.test:443", None),
        ("a.test:4319", "http://a.test:4319", None),
    ],
)  # fmt: skip
def test_a_page_of_this_server_and_a_program_may(
    host: str, origin: str | None, fetch_site: str | None
) -> None:
    check_site(host=host, origin=origin, fetch_site=fetch_site)


@pytest.mark.parametrize(
    ("host", "origin", "fetch_site", "who"),
    [
        ("a.test", None, "cross-site", "cross-site"), ("a.test", None, "same-site", "same-site"),
        ("a.test", "http://a.test", "cross-site", "http://a.test"), ("a.test", None, "", ""),
        ("a.test", "http://b.test", None, "http://b.test"), ("a.test", "null", None, "null"),
        ("a.test", "http://b.test", "same-origin", "http://b.test"), ("a.test", "", None, ""),
        ("a.test", "http://a.test:81", None, "http://a.test:81"), ("a.test", "ftp://a.test", None, "ftp://a.test"),
        ("a.test", "http://a.test:443", None, "http://a.test:443"), ("a.test", "http://[a", None, "http://[a"),
        ("a.test", "http://a.test@b.test", None, "http://a.test@b.test"),
        ("a.test", "http://" + "b" * 200, None, "http://" + "b" * 93),
    ],
)  # fmt: skip
def test_a_page_of_another_site_may_not(
    host: str, origin: str | None, fetch_site: str | None, who: str
) -> None:
    assert told(check_site, host=host, origin=origin, fetch_site=fetch_site) == (
        ForbiddenError,
        f"a page of another site ({who}) may not do this",
        "open Studio under the address that its server has",
    )


def test_a_body_says_what_it_is() -> None:
    for content_type in ("application/json", " Application/JSON ; charset=utf-8", "application/json;"):
        check_type(content_type)
    check_type("application/zip", "application/zip")
    for content_type in ("", "text/plain", "application/json, text/plain", "x;application/json"):
        assert told(check_type, content_type) == (
            InvalidError, "the body must be JSON", "send Content-Type: application/json",
        )  # fmt: skip
    assert told(check_type, "application/json", "application/zip") == (
        InvalidError, "the body must be zip", "send Content-Type: application/zip",
    )  # fmt: skip
