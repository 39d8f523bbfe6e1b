"""Table rows, and whether one is of another thing than a question names by its number. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag_app.matching.numbering import Numbered, Numbers, asked_of, codes_in, numbered_things
from rag_app.terms import stems_in

_NAMED = re.compile(r"[^:;|]{1,60}: .*(?:; [^:;|]{1,60}: .*)+", re.DOTALL)  # "Plant: 5; Q1: 699"


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


def is_another_row(question: str, row: Sequence[tuple[str, str]], above: str = "") -> bool:
    """Whether a thing that the table tells apart by numbers has another number in this row.

    "Line 15" and "S22" are such things. What the text ``above`` the table names by its number,
    the rows may leave out.
    """
    asked, codes = asked_of(question)
    if not (asked or codes) or not row:
        return False
    told = codes_in(" ".join(f"{head} {text}" for head, text in row))
    if any(code not in told | codes_in(above) and _alike(code, told) for code in codes):
        return True
    cells_of = [_Cell.read(head, text) for head, text in row]
    named = set(numbered_things(above))
    return any(_has_another(thing, cells_of) for thing in asked if thing not in named)


@dataclass(frozen=True)
class _Cell:
    """What a cell and its head name, and their numbers."""

    head: frozenset[str]
    text: frozenset[str]
    head_numbers: Numbers
    numbers: Numbers

    @classmethod
    def read(cls, head: str, text: str) -> "_Cell":
        """The cell with the ``text`` under the ``head``."""
        return cls(stems_in(head), stems_in(text), Numbers(head), Numbers(text))

    def names(self, thing: Numbered) -> bool:
        """Whether it is of the same kind as the thing, whatever its number."""
        return not thing.stems.isdisjoint(self.head | self.text)


def _has_another(thing: Numbered, row: Sequence[_Cell]) -> bool:
    told = False
    for cell, following in zip(row, [*row[1:], None], strict=True):
        if not cell.names(thing):
            continue  # the table calls it otherwise, or is about something else
        if thing.number in cell.numbers:
            return False
        if not thing.stems.isdisjoint(cell.head) and thing.number in cell.head_numbers:
            return False
        if cell.numbers:
            told = True
        elif following is not None and following.numbers.alone:  # "Pixel" and beside it "8"
            if thing.number in following.numbers:
                return False
            told = True
    return told


def _split(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|")]


def _alike(code: tuple[str, int], others: frozenset[tuple[str, int]]) -> bool:
    return any(letters == code[0] for letters, _ in others)
