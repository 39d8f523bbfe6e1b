"""A table of HTML, with its merged cells where they reach; tables in its cells are apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from selectolax.lexbor import LexborNode

from ingest.loaders.grid import Cell, Row, spread, texts, titles, whole_row
from ingest.loaders.web_nodes import is_hidden, text_of

_MOST_ACROSS, _MOST_DOWN = 1000, 65534  # as the standard has it


@dataclass(frozen=True)
class Table:
    """What a table says, and the tables within it."""

    before: list[str]  # its caption and titles
    rows: list[list[str]]
    has_header: bool
    within: list[LexborNode]


def read_table(node: LexborNode, check: Callable[[int], None]) -> Table:
    """The table without those in its cells; ``check`` is told how many characters it makes."""
    before = [text_of(caption) for caption in _own(node, {"caption"})]
    rows = [(row, list(_own(row, {"th", "td"}))) for row in _own(node, {"tr"})]
    grid: list[Row] = []
    # A cell reaches no further down than its row's group: head, body or foot.
    for _, group in groupby(rows, key=lambda row: row[0].parent and row[0].parent.mem_id):
        grid += spread((map(_reach, cells) for _, cells in group), check)
    named = titles(grid)
    grid, own = grid[len(named) :], rows[len(named) :]
    heads = (
        _names(cells) and not whole_row(row) for row, (_, cells) in zip(grid, own, strict=True)
    )
    levels = sum(takewhile(bool, heads))
    if not levels and not any(cell.tag == "th" for _, cells in own for cell in cells):
        levels = 1
    within = [inner for _, cells in rows for cell in cells for inner in _own(cell, {"table"})]
    said = [list(row) for row in texts(grid, levels)]
    return Table([*before, *named], said, levels > 0, within)


def _own(node: LexborNode, tags: set[str]) -> Iterator[LexborNode]:
    """What is seen of such elements within the node, not those of tables within it."""
    waiting = [node.child]
    while waiting:
        inner = waiting.pop()
        if inner is None:
            continue
        waiting.append(inner.next)
        if is_hidden(inner):
            continue
        if inner.tag in tags:
            yield inner
        elif inner.tag != "table":
            waiting.append(inner.child)


def _names(cells: list[LexborNode]) -> bool:
    return bool(cells) and all(cell.tag == "th" for cell in cells)


def _reach(cell: LexborNode) -> tuple[Cell, int, int]:
    across = min(max(_number(cell, "colspan"), 1), _MOST_ACROSS)
    down = min(_number(cell, "rowspan"), _MOST_DOWN) or _MOST_DOWN  # none: to the group's end
    return Cell(" ".join(text_of(cell, tables=False).split())), across, down


def _number(cell: LexborNode, name: str) -> int:
    said = (cell.attributes.get(name) or "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 1
