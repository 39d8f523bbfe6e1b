"""PDF by pypdfium2, or by pypdf where the settings say so or pdfium cannot open the file."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from ingest.headings import page_headings
from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from rag_app.errors import FileRejected, Reason
from rag_app.pdf.mending import spellings
from rag_app.pdf.opening import locked_out, open_page, open_pdf
from rag_app.values import Heading, LoadedDocument, Page

# Titles that a program wrote, not an author.
_NO_TITLE = re.compile(r"(?i)^(untitled|document\d*|microsoft word|.*\.(docx?|pdf|indd|qxd|tex))")
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\xa0": " "}
)
Outline = dict[int, list[tuple[int, str]]]  # page from 0 -> (level from 1, title)


def load_pdf(path: Path, options: LoadingOptions) -> LoadedDocument:
    """Every page with its text, pages without text included so that numbers hold.

    A locked file is tried with each password of the options. Raises FileRejected: encrypted,
    corrupt or too_large.
    """
    if options.pdf_reader == "pypdf":
        return _by_pypdf(path, options)
    try:
        return _by_pdfium(path, options)
    except FileRejected as rejected:
        if rejected.reason not in (Reason.CORRUPT, Reason.ENCRYPTED):
            raise
        try:
            return _by_pypdf(path, options)  # some files that pdfium gives up on open there
        except FileRejected:
            raise rejected from None


def _by_pdfium(path: Path, options: LoadingOptions) -> LoadedDocument:
    import pypdfium2

    with closing(open_pdf(path, options.pdf_passwords)) as document:
        _check_pages(len(document), options)
        outline = _pdfium_outline(document)
        texts = _gathered(
            (_pdfium_text(document, number) for number in range(len(document))), options
        )
        title = ""
        with suppress(pypdfium2.PdfiumError):
            title = document.get_metadata_value("Title")
    return LoadedDocument(_title(title), _pages(texts, outline), "pypdfium2")


def _pdfium_text(document: Any, number: int) -> str:  # noqa: ANN401
    import pypdfium2

    try:
        with open_page(document, number) as page:
            return _pdfium_page_text(page)
    except pypdfium2.PdfiumError:
        return ""  # one broken page; the others are still worth reading


def _pdfium_page_text(page: Any) -> str:  # noqa: ANN401
    with closing(page.get_textpage()) as text_page:
        text: str = text_page.get_text_bounded()
        return text


def _pdfium_outline(document: Any) -> Outline:  # noqa: ANN401
    import pypdfium2

    outline: Outline = {}
    with suppress(pypdfium2.PdfiumError, ValueError):
        for item in document.get_toc(max_depth=6):
            destination = item.get_dest()
            index = destination.get_index() if destination else None
            if index is not None:
                outline.setdefault(index, []).append((item.level + 1, item.get_title()))
    return outline


def _by_pypdf(path: Path, options: LoadingOptions) -> LoadedDocument:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each small irregularity
    try:
        reader = PdfReader(path)
        passwords = ("", *spellings(options.pdf_passwords))
        if reader.is_encrypted and not any(reader.decrypt(password) for password in passwords):
            raise locked_out(options.pdf_passwords)
        _check_pages(len(reader.pages), options)
        outline = _pypdf_outline(reader)
        texts = _gathered(map(_pypdf_text, reader.pages), options)
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except FileRejected:
        raise
    except (FileNotDecryptedError, DependencyError) as error:
        raise FileRejected(Reason.ENCRYPTED, f"it cannot be decrypted ({error})") from error
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, OSError,
            RecursionError, AssertionError) as error:  # fmt: skip
        raise FileRejected(Reason.CORRUPT, f"it is no readable PDF ({error})") from error
    return LoadedDocument(_title(title), _pages(texts, outline), "pypdf")


def _pypdf_text(page: Any) -> str:  # noqa: ANN401
    try:
        text: str = page.extract_text()
    except MemoryError:
        raise
    except Exception:  # pypdf raises almost anything on a broken page
        return ""
    return text


def _pypdf_outline(reader: Any) -> Outline:  # noqa: ANN401
    outline: Outline = {}

    def walk(items: Any, level: int) -> Iterator[tuple[int, int, str]]:  # noqa: ANN401
        for item in items:
            if isinstance(item, list):
                yield from walk(item, level + 1)
            else:
                number = reader.get_destination_page_number(item)
                if number is not None:
                    yield number, level, str(item.title)

    with suppress(Exception):  # outlines are a courtesy, and often broken
        for number, level, title in walk(reader.outline, 1):
            outline.setdefault(number, []).append((level, title))
    return outline


def _gathered(texts: Iterable[str], options: LoadingOptions) -> list[str]:
    """The pages' texts; each is told as progress, one too many characters refused."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        gathered.append(text)
        size += len(text)
        options.on_progress()
        options.check_characters(size)
    return gathered


def _pages(raw: Sequence[str], outline: Outline) -> tuple[Page, ...]:
    texts = [visible(text.translate(_LIGATURES)) for text in raw]
    return tuple(
        Page(number + 1, text, _headings(text, outline.get(number, []), own))
        for number, (text, own) in enumerate(zip(texts, page_headings(texts), strict=True))
    )


def _headings(
    text: str, outlined: Sequence[tuple[int, str]], own: Heading | None
) -> tuple[Heading, ...]:
    """Those that the outline names on the page; beside them the one that the page begins with."""
    found = {own.start: own} if own else {}
    for level, title in outlined:
        start = _find(title, text)
        if start is not None:
            found[start] = Heading(start, level, " ".join(visible(title).split()))
    return tuple(found[start] for start in sorted(found))


def _find(title: str, text: str) -> int | None:
    """Where a title from the outline stands in its page's text, whatever the spacing."""
    words = visible(title.translate(_LIGATURES)).split()
    if not words or len(words) > 40:
        return None
    match = re.search(r"\s*".join(map(re.escape, words)), text, re.IGNORECASE)
    return match.start() if match else None


def _check_pages(count: int, options: LoadingOptions) -> None:
    if count > options.max_pages:
        raise FileRejected(
            Reason.TOO_LARGE,
            f"it has {count:,} pages; the limit is {options.max_pages:,} (RAG_MAX_PAGES raises it)",
        )


def _title(title: str) -> str:
    title = " ".join(visible(title).split())
    return "" if _NO_TITLE.match(title) or len(title) > 200 else title
