"""Table rows, and whether one of them is the row that a question names. Pure.

The rows of a table are alike in all but a name or a number, to an embedder and to keyword search:
where a question asks of line 15, the row of line 5 is near, and wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag_app.dates import MONTHS
from rag_app.language import STOP_WORDS
from rag_app.terms import analyse

_NUMBERED = re.compile(
    r"(?P<noun>[^\W\d_]{2,})(?:\s+(?:n[º°.]\s*|no\.\s*|#)?|[-‐‑])0*(?P<number>\d{1,9})\b(?![.,]\d)"
)
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_NAMED = re.compile(r"[^:;|]{1,60}: .*(?:; [^:;|]{1,60}: .*)+", re.DOTALL)  # "Plant: 5; Q1: 699"
_NUMBER = re.compile(r"\d+")
_PASSED_OVER = frozenset(
    {word for words in STOP_WORDS.values() for word in words}
    | {name for names in MONTHS for name in names.split("|")}
    | {"quarter", "trimestre", "top", "first", "last", "than", "least"}
)


@dataclass(frozen=True)
class Numbered:
    """A thing that a question tells from its like by a number: line 15, plant 3."""

    stems: frozenset[str]  # of its noun, in either language
    number: int


def numbered_things(question: str) -> list[Numbered]:
    """Those of the question.

    >>> [thing.number for thing in numbered_things("How much did plant 5 make in Q3 of 2022?")]
    [5]
    """
    return [
        Numbered(_stems(match["noun"]), int(match["number"]))
        for match in _NUMBERED.finditer(question)
        if match["noun"].lower() not in _PASSED_OVER and not _YEAR.fullmatch(match["number"])
    ]


def cells(text: str, header: str = "") -> list[tuple[str, str]]:
    """What stands over each cell of a row, and the cell; none where the text is no table's row.

    >>> cells("| 5 | 698 |", "| Plant | Q3 |")
    [('Plant', '5'), ('Q3', '698')]
    >>> cells("Plant: 5; Q3: 698")
    [('Plant', '5'), ('Q3', '698')]
    """
    text = text.strip()
    if text.startswith("|"):
        heads, own = _split(header), _split(text)
        return list(zip([*heads, *[""] * (len(own) - len(heads))], own, strict=False))
    if not _NAMED.fullmatch(text):
        return []
    parts = (part.partition(": ") for part in text.split("; "))
    return [(head, cell) if mark else ("", head) for head, mark, cell in parts]


def is_another_row(things: Sequence[Numbered], row: Sequence[tuple[str, str]]) -> bool:
    """Whether a thing that the table tells apart by numbers has another number in this row."""
    heads = [(_stems(head), _numbers(head)) for head, _ in row]
    own = [(_stems(cell), _numbers(cell)) for _, cell in row]
    for thing in things:
        pairs = list(zip(heads, own, strict=True))
        if not any(thing.stems & (head[0] | cell[0]) for head, cell in pairs):
            continue  # the table calls it otherwise, or is about something else
        if not any(
            (thing.stems & (head[0] | cell[0]) and thing.number in cell[1])
            or (thing.stems & head[0] and thing.number in head[1])
            for head, cell in pairs
        ):
            return True
    return False


def _split(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem for language in STOP_WORDS for stem in analyse(text, language))


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(number) for number in _NUMBER.findall(text) if len(number) < 10)
