"""Where a stretch of stored text stands among the characters that a page draws. Pure.

The text of an index was cleaned: ligatures spelled out, invisible characters and ends of lines
changed, characters outside the page's crop left out. So stretches are found by their letters,
and among equal ones that is taken whose neighbours agree best.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

Range = tuple[int, int]  # [start, end)

_CONTEXT = 200  # letters to either side that tell equal stretches apart
_MOST_PLACES = 500  # of a stretch on one page that are compared


def locate(drawn: Sequence[str], text: str, ranges: Sequence[Range]) -> list[Range | None]:
    """For each range of characters into ``text`` the range of ``drawn``'s places; None if unfound.

    ``drawn`` has one character a place, in the order in which the page's reader gives them.
    Spacing is never compared; where a stretch is not found so, neither are signs, since readers
    differ in hyphens, bullets and quotation marks.
    """
    found: list[Range | None] = [None] * len(ranges)
    for spelling in (_visible, _alphanumeric):
        if None not in found:
            break
        page, stored = _Letters(drawn, spelling), _Letters(text, spelling)
        found = [
            place or page.place_of(stored, *wanted)
            for place, wanted in zip(found, ranges, strict=True)
        ]
    return found


class _Letters:
    """The letters of a text in one spelling, and the character that each came from."""

    def __init__(self, characters: Sequence[str], spelling: Callable[[str], str]) -> None:
        self.origins: list[int] = []
        spelled: list[str] = []
        for origin, character in enumerate(characters):
            letters = spelling(character)
            spelled.append(letters)
            self.origins += [origin] * len(letters)
        self.text = "".join(spelled)

    def place_of(self, other: "_Letters", start: int, end: int) -> Range | None:
        """The characters here that spell the characters [start, end) of ``other``."""
        first, last = bisect_left(other.origins, start), bisect_left(other.origins, end)
        wanted = other.text[first:last]
        if not wanted:
            return None
        # How far through its text each stands; decides where the neighbours do not.
        share = first / len(other.text)
        best = max(
            self._places(wanted),
            key=lambda at: (
                self._agreement(at, other, first, len(wanted)),
                -abs(at / len(self.text) - share),
            ),
            default=None,
        )
        if best is None:
            return None
        return self.origins[best], self.origins[best + len(wanted) - 1] + 1

    def _places(self, wanted: str) -> Iterator[int]:
        at = self.text.find(wanted)
        for _ in range(_MOST_PLACES):
            if at < 0:
                return
            yield at
            at = self.text.find(wanted, at + 1)

    def _agreement(self, at: int, other: "_Letters", there: int, length: int) -> int:
        """How many letters before and after agree, without a break."""
        before = _common(
            self.text[max(0, at - _CONTEXT) : at][::-1],
            other.text[max(0, there - _CONTEXT) : there][::-1],
        )
        at, there = at + length, there + length
        return before + _common(self.text[at : at + _CONTEXT], other.text[there : there + _CONTEXT])


@lru_cache(maxsize=1 << 14)
def _visible(character: str) -> str:
    """The signs that a character shows: decomposed, no blanks, accents or control characters."""
    return "".join(
        sign
        for sign in unicodedata.normalize("NFKD", character)
        if unicodedata.category(sign)[0] not in "CMZ"
    )


@lru_cache(maxsize=1 << 14)
def _alphanumeric(character: str) -> str:
    return "".join(sign for sign in _visible(character) if sign.isalnum())


def _common(one: str, two: str) -> int:
    """Length of the common beginning."""
    for length, (a, b) in enumerate(zip(one, two, strict=False)):
        if a != b:
            return length
    return min(len(one), len(two))
