"""Boxes of letters into boxes of words that follow one another on a line. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

Rect = tuple[float, float, float, float]  # left, bottom, right, top in points, upwards

_SAME_LINE = 0.6  # of the lower of two letters' height, that they share
_WORD_SPACE = 1.0  # of a line's height; a wider gap is one between columns, and stays open


@dataclass(frozen=True)
class Glyph:
    """One drawn letter."""

    ink: Rect  # around what is seen of it
    line: Rect  # as wide as it advances, as high as its font: alike for all letters of a line
    is_vertical: bool = False  # whether its line runs up or down the page


def line_boxes(glyphs: Iterable[Glyph]) -> list[Rect]:
    """Around the ink of the letters, one box a line, in reading order.

    A line with gaps wider than a word's space, such as a table's row, has a box a part.
    """
    lines: list[_Line] = []
    for glyph in glyphs:
        if lines and lines[-1].takes(glyph):
            lines[-1].add(glyph)
        else:
            lines.append(_Line(glyph))
    return [line.ink for line in lines]


class _Line:
    def __init__(self, glyph: Glyph) -> None:
        self.ink = glyph.ink
        self._line = glyph.line
        self._is_vertical = glyph.is_vertical

    def takes(self, glyph: Glyph) -> bool:
        """Whether the glyph goes on on this line, after no more than a word's space."""
        if glyph.is_vertical != self._is_vertical:
            return False
        along, across = (1, 0) if glyph.is_vertical else (0, 1)
        heights = _extent(self._line, across), _extent(glyph.line, across)
        shared = -_gap(self._line, glyph.line, across)
        gap = _gap(self._line, glyph.line, along)
        return shared >= _SAME_LINE * min(heights) and gap <= _WORD_SPACE * max(heights)

    def add(self, glyph: Glyph) -> None:
        """Widen the line by a glyph."""
        self.ink, self._line = _around(self.ink, glyph.ink), _around(self._line, glyph.line)


def _extent(rect: Rect, axis: int) -> float:
    return rect[axis + 2] - rect[axis]


def _gap(one: Rect, two: Rect, axis: int) -> float:
    """Between two boxes along an axis, 0 across and 1 up; negative where they overlap."""
    return max(one[axis], two[axis]) - min(one[axis + 2], two[axis + 2])


def _around(one: Rect, two: Rect) -> Rect:
    return (
        min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3]),
    )  # fmt: skip
