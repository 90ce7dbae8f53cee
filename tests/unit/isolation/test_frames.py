"""Frames: however the bytes arrive, the same events come out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fanlight.sdk.isolation.frames import MOST_EVENTS, Frames, frames_of
from fanlight.sdk.isolation.ring import Event, Token

entries = st.lists(
    st.builds(Token, st.just(0), st.text())
    | st.builds(Event, st.just(0), st.just("on_x"), st.just({}), st.just(1)),
    max_size=40,
)


@given(entries, st.lists(st.integers(1, 50), min_size=1))
def test_any_cut_of_the_bytes_gives_the_same_frames(
    given_entries: list[Token | Event], cuts: list[int]
) -> None:
    made = list(frames_of(given_entries, 1))
    data, reader, found, at = b"".join(frame.data for frame in made), Frames(), [], 0
    while at < len(data):
        size = cuts[at % len(cuts)]
        found += reader.feed(data[at : at + size])
        at += size
    assert found == made


def test_positions_go_on_from_frame_to_frame() -> None:
    made = list(frames_of([Token(0, "x")] * (2 * MOST_EVENTS + 1), 10))
    assert [(frame.first, frame.events, frame.last) for frame in made] == [
        (10, MOST_EVENTS, 521), (522, MOST_EVENTS, 1033), (1034, 1, 1034),
    ]  # fmt: skip
