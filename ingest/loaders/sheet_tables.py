"""The tables that stand one below another on a sheet, blank rows between them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.loaders.heads import header_at, is_header, is_wide, with_one_head


@dataclass
class Table:
    """What stands above a table, and its rows; the first names the columns, if it can."""

    above: list[list[str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def has_header(self) -> bool:
        """Whether its first row names its columns."""
        return bool(self.rows) and is_header(self.rows[0])

    def one_headed(self) -> list[list[str]]:
        """Its rows, those that name the columns joined into one."""
        return [list(row) for row in with_one_head(self.rows)] if self.has_header else self.rows


def tables(rows: Iterable[list[str]]) -> Iterator[Table]:
    """The tables of a sheet's rows; blank rows alone do not part one from the next.

    >>> [t.rows[0] for t in tables([["Item", "Price"], ["Pen", "2"], [], ["Who", "Pay"],
    ...                             ["Ana", "15"], [], ["Rui", "17"]])]
    [['Item', 'Price'], ['Who', 'Pay']]
    """
    table = Table()
    for block in _blocks(rows):
        start = header_at(block)
        if not table.rows:
            if any(map(is_wide, block)):
                table.above += block[:start]
                table.rows = block[start:]
            else:
                table.above += block
        elif _is_new(block[start:], table):
            yield table
            table = Table(block[:start], block[start:])
        else:
            table.rows += block
    if not table.rows:
        table = Table([], table.above)
    if table.rows:
        yield table


def _blocks(rows: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for row in rows:
        if any(row):
            block.append(row)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _is_new(rows: list[list[str]], table: Table) -> bool:
    """Whether rows below a blank one begin with names of their own.

    Where neither holds a figure, a row of words is as likely one more of the table's own.
    """
    if len(rows) < 2 or not is_header(rows[0]):
        return False
    return not all(map(is_header, [*rows[1:], *table.rows]))
