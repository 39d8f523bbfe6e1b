"""Word and PowerPoint files, through python-docx and python-pptx."""

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions, visible
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_HEADING_STYLE = re.compile(r"(?i)^(?:heading|título|titulo)\s+(\d)")
_MAX_UNPACKED = 1 << 30  # bytes; a document that unpacks to more is a bomb or not a document


def load_office(path: Path, options: LoadingOptions) -> LoadedDocument:
    """A Word file as one page without a number, a presentation as one page a slide.

    Raises FileRejected: corrupt or too_large.
    """
    check_archive(path)
    reader = _presentation if path.suffix.lower() == ".pptx" else _word
    try:
        return reader(path, options)
    except (FileRejected, MemoryError):
        raise
    except Exception as error:  # these libraries raise almost anything on a broken file
        what = f"{type(error).__name__}: {error}"
        raise FileRejected(Reason.CORRUPT, f"it is no readable Office file ({what})") from error


def check_archive(path: Path) -> None:
    """Refuse a ZIP that is broken, encrypted or unpacks to far too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise FileRejected(Reason.CORRUPT, f"its archive is damaged ({error})") from error
    if any(info.flag_bits & 1 for info in infos):
        raise FileRejected(Reason.ENCRYPTED, "its archive is protected by a password")
    if sum(info.file_size for info in infos) > _MAX_UNPACKED:
        raise FileRejected(Reason.TOO_LARGE, "it unpacks to more than 1 GiB")


def _word(path: Path, options: LoadingOptions) -> LoadedDocument:
    import docx
    from docx.table import Table

    document = docx.Document(str(path))
    writer = PageWriter(options)
    title = document.core_properties.title or ""
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            writer.table([_unmerged(row.cells) for row in block.rows])
            continue
        style = block.style.name if block.style is not None else ""
        level = _HEADING_STYLE.match(style or "")
        if style in ("Title", "Título"):
            title = title or block.text
            writer.heading(block.text, 1)
        elif level:
            writer.heading(block.text, int(level.group(1)))
        elif (style or "").startswith("List"):
            writer.line(f"- {block.text}" if block.text.strip() else "")
        else:
            writer.paragraph(block.text)
    page = writer.page()
    if not title and page.headings:
        title = page.headings[0].title
    return LoadedDocument(" ".join(visible(title).split()), (page,), "python-docx")


def _unmerged(cells: Iterable[Any]) -> list[str]:
    """A row's texts; a merged cell, which comes once a column, counts the first time."""
    row: list[str] = []
    last = None
    for cell in cells:
        row.append("" if cell._tc is last else cell.text)
        last = cell._tc
    return row


def _presentation(path: Path, options: LoadingOptions) -> LoadedDocument:
    import pptx

    presentation = pptx.Presentation(str(path))
    pages = []
    for number, slide in enumerate(presentation.slides, 1):
        writer = PageWriter(options)
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            writer.heading(title.text_frame.text, 1)
        for shape in slide.shapes:
            if title is None or shape.shape_id != title.shape_id:
                _shape(shape, writer)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            writer.paragraph(slide.notes_slide.notes_text_frame.text)
        pages.append(writer.page(number))
    title = presentation.core_properties.title or ""
    if title == "PowerPoint Presentation":
        title = ""
    return LoadedDocument(" ".join(visible(title).split()), tuple(pages), "python-pptx")


def _shape(shape: Any, writer: PageWriter) -> None:  # noqa: ANN401
    if hasattr(shape, "shapes"):  # a group
        for inner in shape.shapes:
            _shape(inner, writer)
    elif getattr(shape, "has_table", False) and shape.has_table:
        writer.table([[cell.text for cell in row.cells] for row in shape.table.rows])
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            writer.line(paragraph.text)
