"""What is written in a room of one project is never heard in another, not even in a room of the same name."""

from __future__ import annotations

import asyncio

import httpx
import pytest

import fanlight

from .conftest import NO_WORD, OURS, THEIRS, WORD, Two


def key_of(client: httpx.Client) -> str:
    return str(client.headers["authorization"]).removeprefix("Bearer ")


@pytest.fixture
def rooms(two: Two) -> tuple[fanlight.Room, fanlight.Room]:
    """The room of that word in ours and in theirs."""
    return (
        fanlight.room(WORD, endpoint=two.url, key=key_of(two.us), project=OURS),
        fanlight.room(WORD, endpoint=two.url, key=key_of(two.them), project=THEIRS),
    )


def test_a_room_of_theirs_is_not_heard_in_ours(rooms: tuple[fanlight.Room, fanlight.Room]) -> None:
    async def story() -> list[str]:
        async with rooms[0] as ours, rooms[1] as theirs:
            events = ours.developer.logs()
            following = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)  # it has asked by now, and requests are served in their order
            await ours.developer.log(type="first", data={"n": 1})
            await theirs.developer.log(type=WORD, data={WORD: WORD})
            await ours.developer.log(type="last", data={"n": 2})
            heard = [(await following).type, (await anext(events)).type]
            await events.aclose()
            assert ours.session != theirs.session
            return heard

    assert asyncio.run(asyncio.wait_for(story(), 30)) == ["first", "last"]


def test_their_project_and_one_that_does_not_exist_look_the_same(two: Two) -> None:
    def refusal(project: str) -> str:
        async def story() -> None:
            async with fanlight.room(WORD, endpoint=two.url, key=key_of(two.us), project=project):
                raise AssertionError("nobody comes in here")

        with pytest.raises(fanlight.RoomError) as caught:
            asyncio.run(story())
        return str(caught.value).replace(repr(project), "*")

    assert refusal(THEIRS) == refusal(NO_WORD) == "no project *; fanlight projects lists them"
