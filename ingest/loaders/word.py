"""Word files through python-docx: what a reader sees of them, in the order of the page.

Insertions that are still tracked are seen and read; deletions, moved-away text, comments and text
in Word's "hidden" font are not.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions, visible
from rag_app.values import LoadedDocument

_HEADING_STYLE = re.compile(r"(?i)^(?:heading|título|titulo)\s+(\d)")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = {f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "instrText")}


def read_word(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The document as one page without a number. Raises whatever python-docx does."""
    import docx
    from docx.table import Table

    document = docx.Document(str(path))
    writer = PageWriter(options)
    title = document.core_properties.title or ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            writer.table([_unmerged(row.cells) for row in block.rows])
            continue
        text = _seen(block)
        style = block.style.name if block.style is not None else ""
        level = _HEADING_STYLE.match(style or "")
        if style in ("Title", "Título"):
            title = title or text
            writer.heading(text, 1)
        elif level:
            writer.heading(text, int(level.group(1)))
        elif (style or "").startswith("List"):
            writer.line(f"- {text}" if text.strip() else "")
        else:
            writer.paragraph(text)
    page = writer.page()
    if not title and page.headings:
        title = page.headings[0].title
    return LoadedDocument(" ".join(visible(title).split()), (page,), "python-docx")


def _unmerged(cells: Iterable[Any]) -> list[str]:
    """A row's texts; a merged cell, which comes once a column, counts the first time."""
    row: list[str] = []
    last = None
    for cell in cells:
        seen = "\n".join(_seen(paragraph) for paragraph in cell.paragraphs)
        row.append("" if cell._tc is last else seen)
        last = cell._tc
    return row


def _seen(paragraph: Any) -> str:  # noqa: ANN401
    from docx.text.run import Run

    hidden = _hidden_by(paragraph.style)
    runs = (Run(element, paragraph) for element in _runs(paragraph._p))
    return "".join(run.text for run in runs if not _is_hidden(run, hidden))


def _runs(element: Any) -> Iterator[Any]:  # noqa: ANN401
    """The runs at any depth: in links, fields, content controls and tracked insertions too."""
    for child in element:
        if child.tag == f"{_W}r":
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _runs(child)


def _is_hidden(run: Any, by_paragraph: bool | None) -> bool:  # noqa: ANN401
    own = run.font.hidden
    if own is None and run._r.style is not None:
        own = _hidden_by(run.style)
    return bool(by_paragraph if own is None else own)


def _hidden_by(style: Any) -> bool | None:  # noqa: ANN401
    """What the style, or one that it is based on, says of hiding; None where they say nothing."""
    for _ in range(20):
        if style is None or style.font.hidden is not None:
            return None if style is None else bool(style.font.hidden)
        style = style.base_style
    return None
