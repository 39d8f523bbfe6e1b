"""Word and PowerPoint files; slides and their notes through python-pptx, hidden slides too."""

import zipfile
from pathlib import Path
from typing import Any

from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from ingest.loaders.word import read_word
from ingest.loaders.writing import PageWriter
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_MAX_UNPACKED = 1 << 30  # bytes; a document that unpacks to more is a bomb or not a document


def load_office(path: Path, options: LoadingOptions) -> LoadedDocument:
    """A Word file as one page without a number, a presentation as one page a slide.

    Raises FileRejected: corrupt or too_large.
    """
    check_archive(path)
    reader = _presentation if path.suffix.lower() == ".pptx" else read_word
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
