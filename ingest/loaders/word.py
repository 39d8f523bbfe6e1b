"""Word files through python-docx: what a reader sees of them, in the order of the page.

Insertions that are still tracked are seen and read; deletions, moved-away text, comments and text
in Word's "hidden" font are not. A text box is read after the paragraph that it is anchored in, a
table within a cell after the table around it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.loaders.grid import Cell, Row, texts, titles
from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from ingest.loaders.word_parts import W, blocks, boxes, cells_of, rows_of, seen_text
from ingest.loaders.writing import PageWriter
from rag_app.values import LoadedDocument

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_HEADING_STYLE = re.compile(r"(?i)^(?:heading|título|titulo)\s+(\d)")
_MAX_DEPTH = 50  # of tables and text boxes within one another
_MOST_COLUMNS = 1000


def read_word(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The document as one page without a number. Raises whatever python-docx does."""
    import docx

    document = docx.Document(str(path))
    reader = _Reader(document, PageWriter(options))
    reader.write(document.element.body)
    page = reader.writer.page()
    title = document.core_properties.title or reader.title
    if not title and page.headings:
        title = page.headings[0].title
    return LoadedDocument(" ".join(visible(title).split()), (page,), "python-docx")


class _Reader:
    """Writes what a document's elements show; keeps the title that it finds on the way."""

    def __init__(self, document: Any, writer: PageWriter) -> None:  # noqa: ANN401
        self._document = document
        self.writer = writer
        self.title = ""

    def write(self, holder: Any, depth: int = 0) -> None:  # noqa: ANN401
        """The paragraphs, tables and text boxes of a body, a text box or the like."""
        if depth > _MAX_DEPTH:
            return
        for block in blocks(holder):
            if block.tag == f"{W}tbl":
                self._table(block, depth)
            else:
                paragraph = self._paragraph(block)
                self._write_paragraph(paragraph)
                for box in boxes(paragraph):
                    self.write(box, depth + 1)

    def _paragraph(self, element: Any) -> "Paragraph":  # noqa: ANN401
        from docx.text.paragraph import Paragraph

        return Paragraph(element, self._document._body)

    def _write_paragraph(self, paragraph: "Paragraph") -> None:
        text = seen_text(paragraph)
        style = (paragraph.style.name if paragraph.style is not None else "") or ""
        level = _HEADING_STYLE.match(style)
        if style in ("Title", "Título"):
            self.title = self.title or text
            self.writer.heading(text, 1)
        elif level:
            self.writer.heading(text, int(level.group(1)))
        elif style.startswith("List"):
            self.writer.line(f"- {text}" if text.strip() else "")
        else:
            self.writer.paragraph(text)

    def _table(self, element: Any, depth: int) -> None:  # noqa: ANN401
        """A table, and then those and the text boxes in its cells."""
        grid: list[Row] = []
        rows = list(rows_of(element))
        cells: list[Any] = []
        for row in rows:
            above = grid[-1] if grid else ()
            grid.append(list(self._row(row, above, cells)))
        named = titles(grid)
        for text in named:
            self.writer.paragraph(text)
        marked = next((n for n, row in enumerate(rows) if not _is_repeated(row)), 0) - len(named)
        self.writer.table(texts(grid[len(named) :], max(marked, 1)))
        for cell in cells:
            for block in blocks(cell):
                if block.tag == f"{W}tbl":
                    if depth < _MAX_DEPTH:
                        self._table(block, depth + 1)
                else:
                    for box in boxes(self._paragraph(block)):
                        self.write(box, depth + 1)

    def _row(self, row: Any, above: Row, read: list[Any]) -> Iterator[Cell | None]:  # noqa: ANN401
        """The row's cells in their columns, and ``read`` told which; a merged one is one object."""
        before = min(row.grid_before, _MOST_COLUMNS)
        yield from [None] * before
        column = before
        for tc in cells_of(row):
            across = max(1, min(tc.grid_span, _MOST_COLUMNS - column))
            cell = above[column] if tc.vMerge == "continue" and column < len(above) else None
            if cell is None:
                read.append(tc)
                paragraphs = (b for b in blocks(tc) if b.tag == f"{W}p")
                cell = Cell("\n".join(seen_text(self._paragraph(p)) for p in paragraphs))
            yield from [cell] * across
            column += across


def _is_repeated(row: Any) -> bool:  # noqa: ANN401
    """Whether the row stands at the head of each page that its table goes over."""
    return row.find(f"{W}trPr/{W}tblHeader") is not None
