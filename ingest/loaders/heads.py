"""Which rows of a table name its columns, told by what stands in them. Pure."""

import re
from collections.abc import Sequence

_HEADER_WITHIN = 10  # rows at a table's top among which its header is looked for
_MOST_LEVELS = 3  # rows that together name the columns
_FIGURE = re.compile(r"=.*|[-+]?[\d.,]*\d%?(?:[eE][-+]?\d+)?", re.DOTALL)  # or what makes one
_TIME = re.compile(r"19\d\d|20\d\d|2100|\d{4}-\d\d-\d\d(?: .*)?")  # a year or a date


def header_at(rows: Sequence[Sequence[str]]) -> int:
    """The first row of more than one cell, if it can be a header; else 0.

    A row of words below one of figures is no header but data.
    """
    top = rows[:_HEADER_WITHIN]
    first = next((number for number, row in enumerate(top) if is_wide(row)), 0)
    return first if is_header(rows[first]) else 0


def is_header(row: Sequence[str]) -> bool:
    """Whether its cells are words, years or dates, and at least one of them words.

    >>> is_header(["Item", "2022", "2023"]), is_header(["Tolls", "10", "12.5"])
    (True, False)
    """
    filled = [cell for cell in row if cell]
    names = [cell for cell in filled if not _TIME.fullmatch(cell)]
    return len(filled) > 1 and bool(names) and not any(map(_FIGURE.fullmatch, names))


def is_wide(row: Sequence[str]) -> bool:
    """Whether more than one of its cells says something."""
    return sum(map(bool, row)) > 1


def is_years_across(row: Sequence[str]) -> bool:
    """Whether it is years or dates beside an empty corner, as above a table of places by years.

    >>> is_years_across(["", "2022", "2023"]), is_years_across(["1999", "2022", "2023"])
    (True, False)
    """
    return is_wide(row) and not row[0] and all(map(_TIME.fullmatch, filter(None, row)))


def with_one_head(rows: Sequence[Sequence[str]], levels: int = 1) -> list[Sequence[str]]:
    """The table with the rows that name its columns, ``levels`` or more, joined into one.

    A name that is repeated side by side stood in a merged cell; a row that says something below
    such names alone divides them.

    >>> with_one_head([["Firm", "Sales", "Sales"], ["", "2022", "2023"], ["Acme", "10", "20"]])
    [['Firm', 'Sales 2022', 'Sales 2023'], ['Acme', '10', '20']]
    """
    while levels < min(_MOST_LEVELS, len(rows) - 1) and _divides(rows[levels], rows[levels - 1]):
        levels += 1
    if levels < 2 or levels >= len(rows):
        return list(rows)
    width = max(map(len, rows[:levels]))
    names = [
        " ".join(dict.fromkeys(filter(None, (_at(row, column) for row in rows[:levels]))))
        for column in range(width)
    ]
    return [names, *rows[levels:]]


def _divides(row: Sequence[str], names: Sequence[str]) -> bool:
    if len(set(filter(None, names))) < 2:
        return False
    divided = 0
    for column in range(max(len(row), len(names))):
        own, name = _at(row, column), _at(names, column)
        if not own or own == name:
            continue
        if not name or name not in (_at(names, column - 1), _at(names, column + 1)):
            return False
        divided += 1
    return divided > 1


def _at(row: Sequence[str], column: int) -> str:
    return row[column] if 0 <= column < len(row) else ""
