"""Builds a page's text piece by piece, keeping where headings and table rows stand."""

from collections.abc import Sequence

from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from rag_app.values import Heading, Page


class PageWriter:
    """Blocks of text, one a line, into one ``Page``.

    Every line is told as progress; one too many raises FileRejected.
    """

    def __init__(self, options: LoadingOptions) -> None:
        self._options = options
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._rows: list[tuple[int, int]] = []

    def check(self, more: int) -> None:
        """Raise FileRejected where ``more`` characters would be too many."""
        self._options.check_characters(self._length + more)

    def heading(self, title: str, level: int) -> None:
        """A section title on a line of its own."""
        title = " ".join(visible(title).split())
        if title:
            self._gap()
            start, _ = self._line(title)
            self._headings.append(Heading(start, level, title))

    def paragraph(self, text: str) -> None:
        """A paragraph, set off by a blank line."""
        text = visible(text).strip()
        if text:
            self._gap()
            self._line(text)

    def line(self, text: str) -> None:
        """A line that follows the one before, such as a list's item."""
        text = visible(text).strip()
        if text:
            self._line(text)

    def table(self, cells: Sequence[Sequence[str]], *, header: bool = True) -> None:
        """A table, each data row a line that explains itself: ``Model: GPT-3; Year: 2020``.

        So that a row means the same when it is quoted alone. Without a header the cells are
        joined by " | ".
        """
        rows = [[" ".join(visible(cell).split()) for cell in row] for row in cells]
        rows = [row for row in rows if any(row)]
        if not rows:
            return
        self._gap()
        names = rows[0] if header and len(rows) > 1 and sum(map(bool, rows[0])) > 1 else None
        for row in rows[1:] if names else rows:
            self._rows.append(self._line(_row(row, names)))

    def page(self, number: int | None = None) -> Page:
        """What was written."""
        return Page(number, "".join(self._parts), tuple(self._headings), tuple(self._rows))

    def _gap(self) -> None:
        if self._length:
            self._line("")

    def _line(self, text: str) -> tuple[int, int]:
        start = self._length
        self._parts.append(text + "\n")
        self._length += len(text) + 1
        self._options.on_progress()
        self._options.check_characters(self._length)
        return start, start + len(text)


def _row(cells: Sequence[str], names: Sequence[str] | None) -> str:
    if names is None:
        return " | ".join(cell for cell in cells if cell)
    named = []
    for position, cell in enumerate(cells):
        name = names[position] if position < len(names) else ""
        if cell:
            named.append(f"{name}: {cell}" if name else cell)
    return "; ".join(named)
