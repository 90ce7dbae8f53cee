"""How one comes into a guarded server and out of it, in a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.studio.guarded import PASSWORD, Guarded, Owner, guarded_server
from tests.e2e.studio.telemetry import agent_run

pytestmark = [pytest.mark.browser, pytest.mark.expects_console("401")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_server(tmp_path_factory.mktemp("guarded")) as server:
        yield server


@pytest.fixture(scope="module")
def owner(server: Guarded) -> Owner:
    """The first person. What comes before them is a test on a server of its own."""
    return server.found()


def sign_in(page: Page, email: str = "olga@example.org", password: str = PASSWORD) -> None:
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_the_first_person_sets_the_server_up_by_the_printed_link(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with guarded_server(tmp_path_factory.mktemp("fresh")) as fresh, browser.new_context() as context:
        page = context.new_page()
        sent: list[str] = []
        page.on("request", lambda request: sent.extend((request.url, request.headers.get("referer", ""))))
        page.goto(fresh.studio)
        expect(page.get_by_label("Set-up token")).to_be_visible()

        page.goto(f"{fresh.studio}{fresh.setup_path}")
        page.reload()
        page.goto("about:blank")
        page.goto(f"{fresh.studio}{fresh.setup_path}")
        expect(page).to_have_url(f"{fresh.studio}/setup")
        page.get_by_label("E-mail").fill("olga@example.org")
        page.get_by_label("Name").fill("Olga")
        page.get_by_label("Password").fill("short")
        page.get_by_role("button", name="Set up").click()
        expect(page.get_by_role("heading", name="Set up Fanlight")).to_be_visible()

        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Set up").click()
        expect(page).to_have_url(re.compile("/p/default$"))
        expect(page.get_by_role("button", name="Account of")).to_be_visible()
        page.goto(f"{fresh.studio}/p/default/runs")
        expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
        [cookie] = context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (
            "__Host-fanlight", True, True, "Strict",
        )  # fmt: skip
        # Neither an address, nor where one came from, nor what scripts can read, nor the log has a secret.
        seen = page.evaluate(
            "document.cookie + JSON.stringify([localStorage, sessionStorage, history.state])"
        )
        said = [*sent, seen, fresh.log.read_text()]
        for secret in (fresh.setup_path.partition("#")[2], cookie["value"], PASSWORD):
            assert not any(secret in text for text in said)


def test_a_wrong_password_is_refused_in_words_and_a_right_one_leads_where_one_wanted(
    page: Page, server: Guarded, owner: Owner
) -> None:
    assert owner
    page.goto(f"{server.studio}/p/default/logs?q=level:error")
    sign_in(page, password="this is not the password")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    sign_in(page)
    expect(page.get_by_role("heading", name="Logs", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{server.studio}/p/default/logs?q=level:error")


def test_signing_out_leads_to_the_login_and_back_to_the_same_page(
    page: Page, server: Guarded, owner: Owner
) -> None:
    assert owner
    page.goto(f"{server.studio}/p/default/runs")
    sign_in(page)
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_a_login_that_was_ended_elsewhere_leads_to_the_login_page(
    page: Page, server: Guarded, owner: Owner
) -> None:
    owner.add_person("otto@example.org", project="default", role="maintainer")
    page.goto(f"{server.studio}/p/default/runs")
    sign_in(page, "otto@example.org")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    # Signing out elsewhere ends the login that this page has.
    for cookie in page.context.cookies():
        headers = {"cookie": f"{cookie['name']}={cookie['value']}"}
        answer = httpx.post(f"{server.studio}/api/v1/logout", json={}, headers=headers, timeout=30)
        assert answer.is_success, answer.text
    # The page finds out by itself, at the latest when its stream is cut (15 s), and leads back there.
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible(timeout=60_000)
    sign_in(page, "otto@example.org")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()


def test_an_invite_lets_a_new_person_into_the_project_alone(
    browser: Browser, server: Guarded, owner: Owner, page: Page
) -> None:
    owner.let_in(page.context)
    page.goto(f"{server.studio}/p/default/settings/members")
    page.get_by_label("E-mail").fill("mara@example.org")
    page.get_by_role("combobox", name="Role", exact=True).select_option("viewer")
    page.get_by_role("button", name="Make an invite").click()
    link = page.get_by_role("region", name="Invite for mara@example.org").locator("code").inner_text()
    assert link.startswith(f"{server.studio}/invite#")

    with browser.new_context() as other:
        guest = other.new_page()
        guest.goto(link)
        guest.get_by_label("Name").fill("Mara")
        guest.get_by_label("Password").fill(PASSWORD)
        guest.get_by_role("button", name="Come in").click()
        expect(guest.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
        expect(guest.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_text(
            ["Overview", "Rooms", "Runs", "Agents"]
        )

    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("region", name="Invite for mara@example.org")).to_have_count(0)
    assert link.partition("#")[2] not in page.content()


def test_a_viewer_sees_how_runs_ended_and_nothing_of_what_was_in_them(
    page: Page, server: Guarded, owner: Owner
) -> None:
    owner.add_person("vera@example.org", project="default")
    sender = owner.sender("default")
    trace_id = sender.spans(agent_run(agent="shop", failing=True))
    sender.wait(runs=1)
    page.goto(f"{server.studio}/p/default/runs")
    sign_in(page, "vera@example.org")
    row = page.locator(f"#run-{trace_id}")
    expect(row).to_contain_text("shop")
    expect(page.get_by_role("columnheader")).to_have_text(["Status", "Run", "Agent", "Started", "Duration"])
    expect(row.get_by_role("link")).to_have_count(0)

    for path, title in (
        (f"runs/{trace_id}", "You may not see what happened in a run"),
        ("logs", "You may not read logs"),
        ("settings/keys", "You may not see its keys"),
        ("settings/members", "You may not see its members"),
    ):
        page.goto(f"{server.studio}/p/default/{path}")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.goto(f"{server.studio}/settings/people")
    expect(page.get_by_role("heading", name="You may not see the people of this server")).to_be_visible()
    page.goto(f"{server.studio}/p/another/runs")
    expect(page.get_by_role("heading", name="You may not see this project")).to_be_visible()


def test_a_viewers_list_follows_new_runs_without_a_stream(page: Page, server: Guarded, owner: Owner) -> None:
    owner.add_person("viktor@example.org", project="default")
    sender = owner.sender("default")
    page.goto(f"{server.studio}/p/default/runs")
    sign_in(page, "viktor@example.org")
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    trace_id = sender.spans(agent_run(agent="late"))
    expect(page.locator(f"#run-{trace_id}")).to_be_visible()


def test_a_terminal_is_let_in_by_its_code(page: Page, server: Guarded, owner: Owner) -> None:
    owner.add_person("dora@example.org", project="default")
    started = httpx.post(f"{server.studio}/api/v1/devices", json={"label": "ann@laptop"}, timeout=30).json()
    page.goto(f"{server.studio}{started['path']}")
    sign_in(page, "dora@example.org")
    expect(page.get_by_text("ann@laptop")).to_be_visible()
    expect(page.get_by_text(started["user_code"])).to_be_visible()
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", name="The terminal is signed in")).to_be_visible()
    body = {"device_code": started["device_code"]}
    token = httpx.post(f"{server.studio}/api/v1/devices/token", json=body, timeout=30).json()
    assert token["name"] == "dora@example.org"


def test_where_passwords_would_travel_in_the_clear_the_login_says_so_and_offers_the_providers(
    context: BrowserContext, page: Page, server: Guarded, owner: Owner
) -> None:
    assert owner
    session = httpx.get(f"{server.studio}/api/v1/session", timeout=30).json()
    changed = {**session, "secure": False, "oidc": ["Example"]}
    context.route("**/api/v1/session", lambda route: route.fulfill(json=changed))
    page.goto(server.studio)
    expect(page.get_by_text("This connection is not encrypted.")).to_be_visible()
    link = page.get_by_role("link", name="Continue with Example")
    expect(link).to_have_attribute("href", re.compile(r"/api/v1/oidc/login\b"))
