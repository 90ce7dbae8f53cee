"""Thousands of stories of crashes, full disks, lost answers and slow readers, each made of one number.

A story that fails names its seed; FANLIGHT_TEST_SEED=<seed> tells it again, to the last byte.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fanlight.config import load
from fanlight.ingest.segment import OpenSegment
from fanlight.live.subscription import Subscription
from fanlight.sdk.spool import DiskSpool
from tests.figures import Tell
from tests.property.simulation.world import EVENTS, World

MEMORY = Path("/dev/shm")
PROCESSES = 2
MANY = 1_000
CHUNK = 50


def tell(seed: int) -> World:
    """One story. Raises AssertionError with its seed when something does not hold."""
    place = Path(tempfile.mkdtemp(prefix="fanlight-story-", dir=MEMORY if MEMORY.is_dir() else None))
    world = World(seed, place, load(environ={}, flags={"data": "/nonexistent"}))
    try:
        world.run()
    except BaseException as error:
        raise AssertionError(f"the story of FANLIGHT_TEST_SEED={seed}: {error}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return world


def tell_many(seeds: range) -> tuple[Counter[str], int, list[str]]:
    """What was reached, how many spans were acknowledged, and which stories went wrong."""
    reached: Counter[str] = Counter()
    acked, wrong = 0, []
    for seed in seeds:
        try:
            world = tell(seed)
        except AssertionError as error:
            wrong.append(str(error))
            continue
        reached.update(dict.fromkeys(world.reached, 1))
        acked += len(world.acked)
    return reached, acked, wrong


async def _skip(subscription: Subscription) -> None:
    """Catch up by jumping to where the feed is."""
    subscription.cursor = subscription.feed.loaded


@pytest.mark.timeout(900)
@pytest.mark.trust("T27")
@pytest.mark.parametrize(
    "stories", [pytest.param(100, marks=pytest.mark.gate), pytest.param(10_000, marks=pytest.mark.slow)]
)
def test_what_is_promised_holds_in_every_story(figure: Tell, seed: int, stories: int) -> None:
    first = seed
    if "FANLIGHT_TEST_SEED" in os.environ:
        stories = 1
    elif stories < MANY:
        # A merge is judged by the same stories each time; the campaign looks for others.
        first = 1
    ranges = [range(at, min(at + CHUNK, first + stories)) for at in range(first, first + stories, CHUNK)]
    with ProcessPoolExecutor(PROCESSES if stories >= MANY else 1) as pool:
        told = list(pool.map(tell_many, ranges))
    reached = sum((each[0] for each in told), Counter[str]())
    wrong = [one for each in told for one in each[2]]
    acked = sum(each[1] for each in told)
    never = [event for event in EVENTS if not reached[event]]
    print({event: reached[event] for event in EVENTS})
    figure(
        test="T27",
        what="simulated stories of crashes, faults and slow readers",
        target="G1 to G6 hold in each",
        value=f"{len(wrong)} of {stories:,} went wrong{': ' + wrong[0] if wrong else ''}; "
        f"{acked:,} spans acknowledged",
        ok=not wrong,
    )
    if stories >= MANY:  # a few hundred cannot be asked for the rarest
        figure(
            test="T27",
            what=f"what has to happen in some of {stories:,} simulated stories",
            target=f"each of {len(EVENTS)} events",
            value=f"never: {', '.join(never)}"
            if never
            else f"the rarest in {min(reached[each] for each in EVENTS)} stories",
            ok=not never,
        )


@pytest.mark.parametrize(
    ("kind", "name", "sabotage", "promise"),
    [
        (OpenSegment, "sync", lambda file: None, "G1"),
        (DiskSpool, "put", lambda spool, payload: 0, "G4"),
        (Subscription, "_catch_up", _skip, "G6"),
    ],
    ids=["without the flush", "without the spool", "without catching up"],
)
def test_a_story_goes_wrong_without_what_keeps_a_promise(
    monkeypatch: pytest.MonkeyPatch, kind: type, name: str, sabotage: Any, promise: str
) -> None:
    monkeypatch.setattr(kind, name, sabotage)
    told: list[str] = []
    for seed in range(1, 16):  # until the first that shows it
        told += tell_many(range(seed, seed + 1))[2]
        if any(f": {promise}: " in each for each in told):
            return
    pytest.fail(f"15 stories, and none breaks {promise}: {told}")


@pytest.mark.parametrize("seed", [1, 22, 333])
def test_a_story_is_told_again_to_the_last_byte(seed: int) -> None:
    assert tell(seed).digest == tell(seed).digest
