"""What opens something for a short time: tickets, codes of terminals, tokens of runs, tries of a minute."""

from __future__ import annotations

import base64
import re

import msgspec
import pytest

from fanlight.access import devices as devices_module
from fanlight.access import readings as readings_module
from fanlight.access import tickets as tickets_module
from fanlight.access.devices import Devices
from fanlight.access.principal import LOCAL_OWNER, Principal, Right
from fanlight.access.rates import Rates
from fanlight.access.readings import Readings
from fanlight.access.run_tokens import RunTokens
from fanlight.access.tickets import Tickets
from fanlight.clock import ManualClock
from fanlight.errors import NotFoundError, OverloadError, TooManyTriesError, UnauthenticatedError

from .told import told

TICKET = (UnauthenticatedError, "the ticket is wrong, over, or was used", "ask for a new one")
TERMINAL = (NotFoundError, "no terminal shows that code", "codes last ten minutes: fanlight login")
OVER = (UnauthenticatedError, "this code is over", "fanlight login begins anew")
RUN = (UnauthenticatedError, "the run's token is wrong or over", "it lasts as long as its run, and an hour")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_ticket_opens_its_project_once_within_half_a_minute(clock: ManualClock) -> None:
    tickets = Tickets(clock)
    words = [tickets.give(LOCAL_OWNER, "p") for _ in range(4)]
    assert len(set(words)) == 4
    assert all(re.fullmatch("flt_[A-Za-z0-9_-]{43}", word) for word in words)
    assert tickets.take(words[0], "p") is LOCAL_OWNER
    assert told(tickets.take, words[0], "p") == TICKET
    # One that is shown for another project is used up by that.
    assert told(tickets.take, words[1], "other") == told(tickets.take, words[1], "p") == TICKET
    clock.advance(29.9)
    assert tickets.take(words[2], "p") is LOCAL_OWNER
    clock.advance(0.1)
    assert told(tickets.take, words[3], "p") == TICKET


def test_tickets_that_wait_are_bounded_and_those_that_are_over_make_room(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets_module, "MOST", 2)
    tickets = Tickets(clock)
    first = tickets.give(LOCAL_OWNER, "p")
    clock.advance(10)
    tickets.give(LOCAL_OWNER, "p")
    with pytest.raises(OverloadError, match="too many tickets wait to be used") as refused:
        tickets.give(LOCAL_OWNER, "p")
    assert refused.value.retry_after_s == 30
    clock.advance(20)
    assert tickets.take(tickets.give(LOCAL_OWNER, "p"), "p") is LOCAL_OWNER
    assert told(tickets.take, first, "p") == TICKET


def test_a_terminal_waits_ten_minutes_and_comes_in_once(clock: ManualClock) -> None:
    devices = Devices(clock)
    code, waiting = devices.begin("l" * 300)
    other, _ = devices.begin("other")
    assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", waiting.user_code)
    assert (waiting.label, waiting.person_id, len(code)) == ("l" * 200, None, 43)
    assert devices.take(code) is None
    shown = waiting.user_code
    for written in (shown, shown.lower(), shown.replace("-", ""), f" {shown[:2]} {shown[2:]}-\n"):
        assert devices.find(written) is waiting
    for written in ("", "BBBB-BBBB", shown[:-1], "ä"):
        assert told(devices.find, written) == told(devices.approve, written, "p") == TERMINAL
    devices.approve(shown, "ann")
    assert devices.take(code) is waiting
    assert waiting.person_id == "ann"
    assert told(devices.take, code) == told(devices.take, "never") == OVER
    assert told(devices.find, shown) == TERMINAL
    clock.advance(599.9)
    assert devices.take(other) is None
    clock.advance(0.1)
    assert told(devices.take, other) == OVER


def test_a_code_that_is_over_lets_nobody_in(clock: ManualClock) -> None:
    devices = Devices(clock)
    _, waiting = devices.begin("laptop")
    clock.advance(600)
    assert told(devices.approve, waiting.user_code, "ann") == TERMINAL
    assert waiting.person_id is None


def test_terminals_that_wait_are_bounded(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_module, "MOST", 2)
    devices = Devices(clock)
    devices.begin("a")
    devices.begin("b")
    with pytest.raises(OverloadError, match="too many terminals wait to be let in") as refused:
        devices.begin("c")
    assert refused.value.retry_after_s == 60
    clock.advance(600)
    devices.begin("c")


def test_the_token_of_a_run_says_what_it_is_for_and_until_when(clock: ManualClock) -> None:
    tokens = RunTokens(b"secret", clock)
    reading = tokens.principal(tokens.for_reading("p", "r" * 80, lasts_s=1.5))
    assert reading == Principal(
        name="run " + "r" * 64, rights=frozenset({Right.LIST, Right.READ}), project_id="p", run_id="r" * 80,
        expires_ns=clock.now_ns() + 1_500_000_000,
    )  # fmt: skip
    sending = tokens.principal(tokens.for_sending("p", "r1", lasts_s=1))
    assert (sending.rights, sending.rights_on("other")) == (frozenset({Right.INGEST}), frozenset())
    token = tokens.for_reading("p", "r1", lasts_s=2)
    clock.advance(1.999)
    assert tokens.principal(token).run_id == "r1"
    clock.advance(0.001)
    assert told(tokens.principal, token) == RUN


def test_a_token_that_was_not_signed_here_is_none(clock: ManualClock) -> None:
    tokens = RunTokens(b"secret", clock)
    token = tokens.for_reading("p", "r1", lasts_s=60)
    body, signature = token.removeprefix("flr_").split(".")
    longer = (
        base64.urlsafe_b64encode(msgspec.msgpack.encode(("p", "r1", "read", 2**62))).rstrip(b"=").decode()
    )
    wrong = [
        "flr_", "flr_.", f"flr_{body}", f"flr_{body}.", f"flr_.{signature}", f"flr_{body}.{signature[:-1]}",
        f"flr_{body}.{signature}0", f"flr_{longer}.{signature}", f"flr_{body}ä.{signature}",
        RunTokens(b"another", clock).for_reading("p", "r1", lasts_s=60),
    ]  # fmt: skip
    assert [told(tokens.principal, each) for each in wrong] == [RUN] * len(wrong)
    # Signed here, and yet no claims: what another release may have meant by them.
    for claims in ("x", ("p", "r1"), ("p", "r1", "read", "soon")):
        odd = base64.urlsafe_b64encode(msgspec.msgpack.encode(claims)).rstrip(b"=")
        assert told(tokens.principal, f"flr_{odd.decode()}.{tokens._sign(odd).decode()}") == RUN


def test_tries_are_counted_by_account_and_by_address() -> None:
    rates = Rates()
    many = (TooManyTriesError, "too many attempts", "wait a minute")
    for place in range(5):
        rates.attempt(account="ann", address=f"192.0.2.{place}")
    assert told(rates.attempt, account="ann", address="192.0.2.9") == many
    for place in range(20):
        rates.attempt(account=f"{place}", address="192.0.2.100")
    assert told(rates.attempt, account="bob", address="192.0.2.100") == many
    rates.attempt(account="bob", address="192.0.2.101")


def test_a_reading_is_noted_once_an_hour(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = Readings(clock)
    readings.add("ann", "p", "run r1")
    assert not readings.has("ann", "p", "run r1")  # the hour began with this look
    readings.add("ann", "p", "run r1")
    asked = [("ann", "p", "run r1"), ("bob", "p", "run r1"), ("ann", "q", "run r1"), ("ann", "p", "run r2")]
    assert [readings.has(*each) for each in asked] == [True, False, False, False]
    clock.advance(3_600)
    assert not readings.has("ann", "p", "run r1")
    monkeypatch.setattr(readings_module, "MOST", 2)
    for what in ("a", "b", "c"):
        readings.add("ann", "p", what)
    assert [readings.has("ann", "p", what) for what in "abc"] == [False, False, True]
