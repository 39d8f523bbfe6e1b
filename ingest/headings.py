"""What a page of a PDF is headed with, for files whose outline does not tell. Pure.

"Consolidated Balance Sheets, $ in millions" stands once above a page of figures; without it the
chunks further down say neither whose figures they are nor in what unit.
"""

import re
from collections import Counter
from collections.abc import Sequence

from rag_app.sentences import is_table_row
from rag_app.values import Heading

LEVEL = 9  # below any level that an outline has

_TOP, _BOTTOM = 4, 3  # lines of a page among which its running header and footer stand
_FEW, _SHARE = 2, 0.08  # pages that have a line before it counts as running
_LINES = 2  # that make up a heading: the title, and often the unit or the period
_LOOKED_AT = 6
_LONGEST = 110  # characters of a line
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_OPENS = re.compile(r"[\"'“(\[$€£]?[A-ZÀ-ÖØ-Þ0-9]")
_UNIT = re.compile(r"\(|[$€£]|R\$|(?:in|em) ")  # "$ in millions", "(em milhares de reais)"


def page_headings(texts: Sequence[str]) -> list[Heading | None]:
    """For each page the heading that its first own lines make; None where they make none.

    Lines that stand at the head or foot of many pages, whatever the figures in them, are running
    headers and belong to no page. A page that goes on with the text of the one before has none.
    """
    lines = [_lines(text) for text in texts]
    running = _running(lines)
    return [_heading(own, running) for own in lines]


def _lines(text: str) -> list[tuple[int, str]]:
    """Lines that are not blank, trimmed, each with the place where it starts."""
    found: list[tuple[int, str]] = []
    at = 0
    for line in text.split("\n"):
        if stripped := line.strip():
            found.append((at + line.index(stripped[0]), stripped))
        at += len(line) + 1
    return found


def _running(pages: Sequence[Sequence[tuple[int, str]]]) -> set[str]:
    counts: Counter[str] = Counter()
    for lines in pages:
        counts.update({_shape(line) for _, line in [*lines[:_TOP], *lines[-_BOTTOM:]]})
    most = max(_FEW, _SHARE * len(pages))
    return {shape for shape, count in counts.items() if count > most}


def _heading(lines: Sequence[tuple[int, str]], running: set[str]) -> Heading | None:
    own = [
        (start, line)
        for start, line in lines[:_LOOKED_AT]
        if _shape(line) not in running and _LETTERS.search(line)
    ]
    chosen: list[tuple[int, str]] = []
    for start, line in own[:_LINES]:
        opens = _OPENS.match(line) or (chosen and _UNIT.match(line))
        if len(line) > _LONGEST or not opens or line[-1] in ".;,":
            break
        if is_table_row(line) and not chosen:
            break
        chosen.append((start, line))
    if not chosen:
        return None
    return Heading(chosen[0][0], LEVEL, " ".join(line for _, line in chosen))


def _shape(line: str) -> str:
    """A line as it looks on every page: its page number may differ."""
    return _DIGITS.sub("#", " ".join(line.lower().split()))
