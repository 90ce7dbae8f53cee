"""However a text is cut into pieces, no secret comes through, and nothing else is changed."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from fanlight.redact import MASK, SUSPICIOUS, Redactor

ALPHABET = "abAB01"
SECRETS = st.lists(st.text(ALPHABET, min_size=6, max_size=12), min_size=1, max_size=3)


@given(SECRETS, st.data())
def test_no_secret_comes_through_whole_wherever_the_text_is_cut(
    secrets: list[str], data: st.DataObject
) -> None:
    pieces = data.draw(st.lists(st.one_of(st.text(ALPHABET, max_size=6), st.sampled_from(secrets))))
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    bounds = [0, *cuts, len(text)]
    stream = Redactor(secrets).stream()
    given_out = [stream.feed(text[a:b]) for a, b in itertools.pairwise(bounds)] + [stream.close()]
    out = "".join(given_out)
    assert not [secret for secret in secrets if secret in out]
    if len(secrets) == 1 and text == secrets[0]:
        # Fewer characters than look suspicious may be out before the rest of it comes.
        assert len(out.removesuffix(MASK)) < SUSPICIOUS


@given(st.lists(st.text("xyz ", max_size=5), max_size=20), SECRETS)
def test_text_without_a_secret_comes_through_as_it_is(pieces: list[str], secrets: list[str]) -> None:
    stream = Redactor(secrets).stream()
    assert "".join([*map(stream.feed, pieces), stream.close()]) == "".join(pieces)


@given(SECRETS, st.lists(st.text("xyz", min_size=1, max_size=4), min_size=1, max_size=6))
def test_a_text_in_one_piece_is_masked_as_a_whole_one(secrets: list[str], between: list[str]) -> None:
    text = secrets[0].join(between)
    redactor = Redactor(secrets)
    stream = redactor.stream()
    assert stream.feed(text) + stream.close() == redactor.text(text)
    assert secrets[0] not in redactor.text(text)
