"""Word-like text: a vocabulary with Zipf's law, so that it compresses and tokenises like prose."""

from __future__ import annotations

import random
from itertools import accumulate

COMMON_WORD = "weather"
"""A word that nearly every run says."""

_SMALL = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an "
    "they which one you were all her she there would their we him been has when who will no more if out so"
)
_ONSETS = "b bl c ch cl cr d dr f fl g gr h j k l m n p pl pr qu r s sh sk sl sp st t th tr v w"
_NUCLEI = "a e i o u ai ea ee ie oo ou"
_CODAS = " b ck d g l ll m n nd ng nt p r rd s st t"


class Prose:
    """An endless supply of text.

    Example:
        >>> prose = Prose(random.Random(7))
        >>> text = prose.text(60)
        >>> 40 <= len(text) <= 120, text[0].isupper(), text.endswith(".")
        (True, True, True)
    """

    def __init__(self, rng: random.Random, *, vocabulary: int = 12_000) -> None:
        self._rng = rng
        self._parts = _ONSETS.split(" "), _NUCLEI.split(" "), _CODAS.split(" ")
        words = dict.fromkeys([*_SMALL.split(), COMMON_WORD])
        while len(words) < vocabulary:
            words[self._word()] = None
        self._words = list(words)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(vocabulary)))

    def _word(self) -> str:
        syllables = self._rng.choice((1, 2, 2, 3))
        return "".join(self._rng.choice(part) for _ in range(syllables) for part in self._parts)

    def text(self, size_bytes: int) -> str:
        """About `size_bytes` of sentences."""
        words = self._rng.choices(self._words, cum_weights=self._weights, k=max(3, size_bytes // 6))
        start = 0
        while start < len(words):
            end = min(len(words), start + self._rng.randint(6, 18))
            words[start] = words[start].capitalize()
            words[end - 1] += "."
            start = end
        return " ".join(words)

    def name(self) -> str:
        """One word from the rare end of the vocabulary, for names of people and things."""
        return self._words[self._rng.randint(200, len(self._words) - 1)]
