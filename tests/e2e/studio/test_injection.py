"""T16: hundreds of texts that want to be more than text, in every field that is shown; none of them is.

A batch is about 100 texts. Each stands in every field that telemetry has and in every name that people give;
where a page shows one thing alone, it is opened for each text. `make trust` takes all, `make test` three of
every class.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.studio.guarded import PASSWORD, Guarded, Owner, guarded_server
from tests.e2e.studio.inspection import FAULTS, WATCH, Asked
from tests.e2e.studio.payloads import payloads, sample
from tests.e2e.studio.planting import ROOM, TRIALS, Planted, Planter
from tests.figures import Tell

pytestmark = [
    pytest.mark.browser,
    # Words that are looked for need not be a filter, and not every name is one of something.
    pytest.mark.expects_console("status of 400", "status of 404"),
]

PROGRESS = "FANLIGHT_TEST_PROGRESS" in os.environ
"""Say each page as it was read: the long form takes minutes."""

PARTS = 6
TALL = {"width": 1440, "height": 4_000}
"""Lists draw the rows that can be seen: this many pixels hold all of a batch."""

FIELDS = ("agent:", "error:", "model:", "tool:", "user:", "session:", "room:", "service:")
TABS = ("Messages", "Attributes", "Events", "Links", "Cost", "Raw")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A guarded server, which has people, keys and members too; its exporters have payloads as names."""
    shelf = tmp_path_factory.mktemp("shelf")
    _install_exporters(shelf)
    places = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(shelf)]))
    with guarded_server(tmp_path_factory.mktemp("data"), PYTHONPATH=places) as server:
        yield server


@pytest.fixture(scope="module")
def owner(server: Guarded) -> Owner:
    return server.found()


@pytest.fixture
def inside(page: Page, owner: Owner) -> Page:
    """A tall page of the owner's, on which nothing may run."""
    page.add_init_script(WATCH)
    page.set_viewport_size(TALL)
    page.set_default_timeout(60_000)
    owner.let_in(page.context)
    return page


@pytest.fixture
def planter(owner: Owner, project: str) -> Iterator[Planter]:
    api, headers = f"{owner.server.studio}/api/v1", {"cookie": owner.cookie}
    with httpx.Client(base_url=api, headers=headers, timeout=60) as http:
        yield Planter(sender=owner.sender(project), http=http)


@pytest.fixture
def project(owner: Owner) -> str:
    name = f"t-{uuid.uuid4().hex[:12]}"
    owner.call("POST", "projects", {"name": name})
    return name


@pytest.mark.trust("T16")
def test_a_sample_of_every_class_stays_text(inside: Page, planter: Planter, figure: Tell) -> None:
    batch = sample()
    faults = walk(inside, planter, planter.plant(batch), lean=True)
    _tell(figure, "a sample in Chromium", planter, batch, faults)


@pytest.mark.slow
@pytest.mark.trust("T16")
@pytest.mark.parametrize("part", range(PARTS))
def test_five_hundred_texts_stay_text_in_every_field_of_every_page(
    inside: Page, planter: Planter, part: int, figure: Tell
) -> None:
    texts = payloads()
    assert len(texts) >= 500
    batch = texts[part::PARTS]
    for at, text in enumerate(batch):
        body = {"email": f"p{part}-{at}@example.org", "name": text[:200], "password": PASSWORD}
        planter.http.post("people", json=body).raise_for_status()
    planted = planter.plant(batch)
    faults = walk(inside, planter, planted) | walk_each(inside, planter, planted)
    _tell(figure, f"every page in Chromium, part {part + 1} of {PARTS}", planter, batch, faults)


def _tell(figure: Tell, what: str, planter: Planter, batch: Sequence[str], faults: Mapping[str, Any]) -> None:
    print(json.dumps(faults, indent=1), planter.taken)
    # Where hardly any text is taken as a name, nothing was tried.
    untried = {name for name in TRIALS if planter.taken[name] < len(batch) // 4} - {"invited address"}
    figure(
        test="T16",
        what=what,
        target="0 run, 0 fetched, 0 hidden, no page out of shape",
        value=f"{len(batch)} texts in every field: {len(faults)} pages with faults",
        ok=not faults and not untried,
    )


def walk(page: Page, planter: Planter, planted: Planted, *, lean: bool = False) -> dict[str, Any]:
    """Open each page that shows a whole batch at once; what was wrong, by page."""
    sender, faults, asked = planter.sender, dict[str, Any](), Asked(page)
    sender.wait(runs=len(planted.runs) + 1, logs=len(planted.batch))
    root = f"{sender.studio}/p/{sender.project}"
    run, trace = f"runs/{planted.wall}", f"traces/{planted.wall}"
    room = f"rooms/{quote(ROOM, safe='')}"
    # What test_bad_input opens is left to it in the lean form.
    paths = ["runs", f"{run}/trace", "logs", "settings/budgets", "settings/prices", "settings/keys"]
    if not lean:
        paths += [
            f"{run}/events", f"{trace}?view=tree", f"{trace}?view=graph", "sessions", "rooms", room, "agents",
            "usage/cost?group=model", "usage/revenue?group=customer", "", run,
            f"{run}/io", f"{run}/logs", f"{run}/compare/{planted.runs[0]}",
            *(f"{room}/{tab}" for tab in ("logs", "traces", "metrics", "services")),
            *(f"sessions/the%20wall/{tab}" for tab in ("trace", "logs", "metrics")),
            *(f"usage/activity?group={by}" for by in ("agent", "tool", "user", "room", "provider")),
            "usage/latency?group=agent", "health", "plugins", "settings/general", "settings/members",
            "settings/environment", "settings/audit", "settings/retention",
        ]  # fmt: skip
    for path in paths:
        page.goto(f"{root}/{path}")
        _look(page, asked, path, faults)
    if not lean:
        for path in ("settings/people", "settings/audit", "account"):
            page.goto(f"{sender.studio}/{path}")
            _look(page, asked, path, faults)
    _read_panel(page, f"{root}/{trace}?span={planted.panel}", asked, faults)
    _open_menus(page, f"{root}/runs", asked, faults, fields=FIELDS[:1] if lean else FIELDS)
    return faults


def walk_each(page: Page, planter: Planter, planted: Planted) -> dict[str, Any]:
    """Open what shows one thing alone, for each text in turn, as links do: without loading the page."""
    faults, asked = dict[str, Any](), Asked(page)
    root = f"/p/{planter.sender.project}"
    page.goto(f"{planter.sender.studio}{root}/runs")
    for at, text in enumerate(planted.batch):
        name = quote(text, safe="")
        paths = (
            f"runs/{planted.runs[at]}", f"agents/{name}", f"sessions/{name}", f"rooms/{name}",
            f"runs?q={name}", f"logs?q={name}",
        )  # fmt: skip
        path = paths[at % len(paths)]
        page.evaluate("(to) => history.pushState(null, '', to)", f"{root}/{path}")
        _look(page, asked, f"{path[:80]} of {text[:40]!r}", faults, quiet_s=0.05)
    return faults


def _look(page: Page, asked: Asked, path: str, faults: dict[str, Any], *, quiet_s: float = 0.15) -> None:
    try:
        expect(page.locator("#root h1, #root h2").first).to_be_attached()
    except AssertionError:
        faults[path] = [f"nothing is shown: {page.locator('#root').inner_text()[:200]!r}"]
        return
    asked.settle(quiet_s=quiet_s)
    if found := page.evaluate(FAULTS):
        faults[path] = found
    if PROGRESS:
        print(f"{time.monotonic():.1f} {path} {found}"[:300], flush=True)


def _read_panel(page: Page, url: str, asked: Asked, faults: dict[str, Any]) -> None:
    """Every part of the span that holds all texts, as sent and as Markdown."""
    page.goto(url)
    panel = page.get_by_role("complementary", name="Details")
    for tab in TABS:
        panel.get_by_role("tab", name=tab).click()
        _look(page, asked, f"panel: {tab}", faults)
    panel.get_by_role("tab", name="Messages").click()
    panel.get_by_role("button", name="earlier message").first.click()
    panel.get_by_label("Markdown").check()
    _look(page, asked, "panel: Markdown", faults)
    panel.get_by_label("Markdown").uncheck()


def _open_menus(page: Page, url: str, asked: Asked, faults: dict[str, Any], *, fields: Sequence[str]) -> None:
    """Views, the projects, what completes a filter, and the palette."""
    page.goto(url)
    page.get_by_role("button", name="Views").click()
    _look(page, asked, "views", faults)
    page.keyboard.press("Escape")
    field = page.get_by_role("combobox", name="Filter")
    for start in fields:
        field.fill(start)
        _look(page, asked, f"completion of {start}", faults)
    field.fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search or jump").fill("script")
    _look(page, asked, "palette", faults)


def _install_exporters(shelf: Path) -> None:
    """Packages whose metadata offers exporters with payloads as names and versions."""
    for at, text in enumerate(payloads()):
        if (
            not set(text) & set("=\n\r[]#")
            and text.strip() == text
            and text.isprintable()
            and len(text) < 200
        ):
            info = shelf / f"charm_telemetry_p{at}-1.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: charm-telemetry-p{at}\nVersion: 1\n"
            )
            (info / "entry_points.txt").write_text(f"[charm.telemetry]\n{text} = evil:{text}\n", "utf-8")
