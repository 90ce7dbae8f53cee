"""Account, members, keys, people and the audit log."""

from __future__ import annotations

import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.guarded import PASSWORD, Guarded, Owner
from tests.e2e.studio.telemetry import agent_run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(guarded: Owner) -> Guarded:
    return guarded.server


@pytest.fixture(scope="module")
def owner(guarded: Owner) -> Owner:
    return guarded


@pytest.fixture
def inside(page: Page, server: Guarded, owner: Owner) -> Page:
    """A page of the owner's, signed in."""
    owner.let_in(page.context)
    page.goto(server.studio)
    expect(page.get_by_role("button", name="Account of")).to_be_visible()
    return page


def sign_in(server: Guarded, email: str, *, browser: str = "a test") -> httpx.Response:
    """What a password opens, without a page."""
    body = {"email": email, "password": PASSWORD}
    return httpx.post(f"{server.studio}/api/v1/login", json=body, headers={"user-agent": browser}, timeout=30)


def test_a_key_is_shown_once_works_and_is_revoked(inside: Page, server: Guarded, owner: Owner) -> None:
    inside.goto(f"{server.studio}/p/default/settings/keys")
    inside.get_by_label("Name").fill("collector")
    inside.get_by_label("Expires").select_option("In 30 days")
    inside.get_by_label("read runs").check()
    inside.get_by_role("button", name="Make a key").click()
    secret = inside.get_by_role("region", name="Key collector").locator("code").inner_text()
    stats = f"{server.studio}/api/v1/projects/default/stats"
    headers = {"authorization": f"Bearer {secret}"}
    assert httpx.get(stats, headers=headers, timeout=30).status_code == 200

    inside.get_by_role("button", name="Done").click()
    expect(inside.get_by_role("region", name="Key collector")).to_have_count(0)
    assert secret not in inside.content()
    line = inside.get_by_role("row").filter(has_text="collector")
    expect(line).to_contain_text("read")
    line.get_by_role("button", name="Revoke").click()
    line.get_by_role("button", name="Revoke").click()
    expect(line).to_contain_text("revoked")
    keys = {each["name"]: each for each in owner.call("GET", "projects/default/keys")["items"]}
    assert keys["collector"]["revoked_at"] is not None


@pytest.mark.expects_console("400")
def test_a_key_that_may_nothing_is_refused_beside_its_form(inside: Page, server: Guarded) -> None:
    inside.goto(f"{server.studio}/p/default/settings/keys")
    inside.get_by_label("Name").fill("useless")
    inside.get_by_label("send telemetry").uncheck()
    inside.get_by_role("button", name="Make a key").click()
    expect(inside.get_by_role("alert")).to_contain_text("scopes")
    expect(inside.get_by_label("Name")).to_have_value("useless")


def test_an_agents_variable_goes_in_and_never_comes_out(inside: Page, server: Guarded, owner: Owner) -> None:
    sender = owner.sender("default")
    sender.spans(agent_run(agent="planner"))
    sender.wait(runs=1)
    deadline = time.monotonic() + 60
    while not owner.call("GET", "projects/default/agents")["items"]:  # it is known a moment after its run
        assert time.monotonic() < deadline, "no agent is known"
        time.sleep(0.05)
    agents = f"{server.studio}/p/default/settings/environment"
    inside.goto(agents)
    inside.get_by_label("Agent").select_option("planner")
    inside.get_by_label("Name").fill("WEATHER_KEY")
    inside.get_by_label("Value").fill("rain-or-shine-4711")
    inside.get_by_role("button", name="Set it").click()
    line = inside.get_by_role("row").filter(has_text="WEATHER_KEY")
    expect(line).to_contain_text("olga@example.org")
    inside.goto(agents)
    expect(line).to_be_visible()
    assert "rain-or-shine" not in inside.content()
    known = owner.call("GET", "projects/default/agents/planner/env")["items"]
    assert [(each["name"], sorted(each)) for each in known] == [
        ("WEATHER_KEY", ["name", "updated_at", "updated_by"])
    ]
    line.get_by_role("button", name="Remove").click()
    line.get_by_role("button", name="Remove").click()
    expect(line).to_have_count(0)


@pytest.mark.expects_console("409")
def test_roles_change_and_the_last_owner_stays(inside: Page, server: Guarded, owner: Owner) -> None:
    owner.add_person("max@example.org", project="default", role="viewer")
    inside.goto(f"{server.studio}/p/default/settings/members")
    inside.get_by_label("Role of max@example.org").select_option("maintainer")
    expect(inside.get_by_label("Role of max@example.org")).to_have_value("maintainer")
    roles = {each["email"]: each["role"] for each in owner.call("GET", "projects/default/members")["items"]}
    assert roles == {"olga@example.org": "owner", "max@example.org": "maintainer"}

    me = inside.get_by_role("row").filter(has_text="olga@example.org")
    me.get_by_role("button", name="Leave").click()
    me.get_by_role("button", name="Leave").click()
    expect(me.get_by_role("alert")).to_contain_text("owner")

    line = inside.get_by_role("row").filter(has_text="max@example.org")
    line.get_by_role("button", name="Remove").click()
    line.get_by_role("button", name="Remove").click()
    expect(line).to_have_count(0)


def test_an_open_invite_is_listed_and_withdrawn(inside: Page, server: Guarded, owner: Owner) -> None:
    owner.call("POST", "projects/default/invites", {"email": "ida@example.org", "role": "maintainer"})
    inside.goto(f"{server.studio}/p/default/settings/members")
    line = inside.get_by_role("row").filter(has_text="ida@example.org")
    line.get_by_role("button", name="Withdraw").click()
    line.get_by_role("button", name="Withdraw").click()
    expect(line).to_have_count(0)
    assert owner.call("GET", "projects/default/invites")["items"] == []


def test_an_administrator_registers_and_disables_people(inside: Page, server: Guarded) -> None:
    inside.get_by_role("link", name="Server").click()
    expect(inside).to_have_url(f"{server.studio}/settings/people")
    inside.get_by_label("E-mail").fill("pia@example.org")
    inside.get_by_label("First password").fill(PASSWORD)
    inside.get_by_role("button", name="Register").click()
    expect(inside.get_by_text("pia@example.org can sign in now.")).to_be_visible()
    assert sign_in(server, "pia@example.org").status_code == 200
    line = inside.get_by_role("row").filter(has_text="pia@example.org")
    line.get_by_role("button", name="Disable").click()
    line.get_by_role("button", name="Disable").click()
    expect(line).to_contain_text("disabled")
    assert sign_in(server, "pia@example.org").status_code == 401


def test_the_audit_log_tells_who_did_what_and_its_chain_is_verified(
    inside: Page, server: Guarded, owner: Owner
) -> None:
    owner.call("POST", "projects/default/invites", {"email": "noted@example.org", "role": "viewer"})
    inside.goto(f"{server.studio}/p/default/settings/audit")
    line = inside.get_by_role("row").filter(has_text="noted@example.org")
    expect(line).to_contain_text("olga@example.org")
    inside.goto(f"{server.studio}/settings/audit")
    expect(inside.get_by_role("row").filter(has_text="setup").first).to_be_visible()
    inside.get_by_role("button", name="Verify the chain").click()
    expect(inside.get_by_text("The chain holds")).to_be_visible()


def test_the_account_ends_other_logins_and_changes_the_password(
    inside: Page, server: Guarded, owner: Owner
) -> None:
    cookies = [
        sign_in(server, "olga@example.org", browser=label).headers["set-cookie"]
        for label in ("olga@laptop", "olga@desk")
    ]
    inside.get_by_role("button", name="Account of").click()
    inside.get_by_role("link", name="Account").click()
    line = inside.get_by_role("row").filter(has_text="olga@laptop")
    line.get_by_role("button", name="Sign out there").click()
    line.get_by_role("button", name="Sign out there").click()
    expect(line).to_have_count(0)
    expect(inside.get_by_role("row").filter(has_text="this one")).to_have_count(1)

    inside.get_by_label("Password now").fill(PASSWORD)
    inside.get_by_label("New password").fill(PASSWORD)
    inside.get_by_role("button", name="Change password").click()
    expect(inside.get_by_text("The password is changed")).to_be_visible()
    logins = f"{server.studio}/api/v1/account/logins"
    ended = [
        httpx.get(logins, headers={"cookie": cookie.partition(";")[0]}, timeout=30) for cookie in cookies
    ]
    assert [answer.status_code for answer in ended] == [401, 401]
    assert owner.call("GET", "account/logins")["items"] != []
