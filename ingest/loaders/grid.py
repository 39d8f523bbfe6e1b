"""Tables with merged cells, as rows in which each cell stands below what names it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ingest.loaders.heads import with_one_head


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell; one that is merged is the same object wherever it reaches."""

    text: str


Row = Sequence[Cell | None]


def spread(
    rows: Iterable[Iterable[tuple[Cell, int, int]]], check: Callable[[int], None]
) -> list[Row]:
    """Cells, each with how far it reaches across and down, in the columns where they stand.

    ``check`` is told how many characters that makes.
    """
    grid: list[Row] = []
    below: dict[int, tuple[Cell, int]] = {}  # column -> a cell from above, and rows it has left
    size = 0
    for row in rows:
        line = {column: cell for column, (cell, _) in below.items()}
        below = {column: (cell, left - 1) for column, (cell, left) in below.items() if left > 1}
        at = 0
        for cell, across, down in row:
            while at in line:
                at += 1
            for column in range(at, at + across):
                if column not in line:
                    line[column] = cell
                    if down > 1:
                        below[column] = (cell, down - 1)
            size += across
            check(size)
            at += across
        size += sum(len(cell.text) + 1 for cell in line.values())
        check(size)
        grid.append([line.get(column) for column in range(max(line, default=-1) + 1)])
    return grid


def whole_row(row: Row) -> str:
    """The text of a row that is one cell merged across all columns; "" for any other."""
    only = row[0] if len(row) > 1 and len(set(row)) == 1 else None
    return only.text if only else ""


def titles(grid: Sequence[Row]) -> list[str]:
    """The texts of the rows at the top that are one merged cell each."""
    return list(takewhile(bool, map(whole_row, grid[:-1])))


def texts(grid: Sequence[Row], levels: int) -> list[Sequence[str]]:
    """The rows' texts; a cell merged across stands in all its columns where it names them.

    Further down it stands once: "Total" below four names is one total; across the whole row it
    stands beyond the columns, named by none. A cell merged downwards stands in every row. The
    first ``levels`` rows, or more, name the columns and become one; where there are none, or
    nothing below them, the table has no names.
    """
    levels = levels if len(grid) > 1 else 0
    whole = [[cell.text if cell else "" for cell in row] for row in grid]
    named = with_one_head(whole, levels) if levels else whole
    heads = len(whole) - len(named) + 1 if levels else 0
    kept: list[Sequence[str]] = list(named[: bool(levels)])
    width = max(map(len, grid), default=0)
    above: set[Cell | None] = set()
    for number, row in enumerate(grid):
        cells = set(row)
        if number >= heads and any(cell and cell.text for cell in cells - above):
            section = whole_row(row)
            kept.append([""] * width + [section] if section else _once(row))
        above = cells
    return kept


def _once(row: Row) -> list[str]:
    before = (None, *row)
    return [
        cell.text if cell and cell is not last else ""
        for cell, last in zip(row, before, strict=False)
    ]
