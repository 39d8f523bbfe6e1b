"""PDFs opened by pdfium: alike for those who read their text and those who draw their pages.

What one page's text was read from must be what is drawn of it, so locks, torn files, forms and
notes are dealt with here and nowhere else.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from rag_app.errors import FileRejected, Reason
from rag_app.pdf.hidden import take_out_hidden
from rag_app.pdf.mending import spellings, with_trailer

_MAX_NOTES = 2000  # annotations of a page that are looked at for form fields and typed notes


def open_pdf(file: Path | bytes, passwords: Sequence[str]) -> Any:  # noqa: ANN401
    """The ``pypdfium2.PdfDocument``, which the caller closes.

    Each password is tried, and a lost trailer mended. Raises FileRejected: encrypted or corrupt.
    """
    import pypdfium2

    locked = False
    for password in (None, *spellings(passwords)):
        try:
            return pypdfium2.PdfDocument(file, password=password)
        except pypdfium2.PdfiumError as error:
            locked = "password" in str(error).lower()
            fault = error
        if not locked:
            break
    if locked:
        raise locked_out(passwords)
    mended = with_trailer(file if isinstance(file, bytes) else file.read_bytes())
    if mended is not None:
        with suppress(pypdfium2.PdfiumError):
            return pypdfium2.PdfDocument(mended)
    raise FileRejected(Reason.CORRUPT, f"it is no readable PDF ({fault})")


@contextmanager
def open_page(document: Any, number: int) -> Iterator[Any]:  # noqa: ANN401
    """Page ``number``, from 0, with what stands in its forms and notes made part of it.

    Text that is hidden on it is taken out (``hidden``).

    Raises PdfiumError where the page is broken.
    """
    import pypdfium2.raw as pdfium

    with closing(document[number]) as page:
        is_as_read = (
            not _has_writing(page) or pdfium.FPDFPage_Flatten(page, 0) != pdfium.FLATTEN_SUCCESS
        )
        if is_as_read:
            take_out_hidden(page)
            yield page
            return
    with closing(document[number]) as page:
        take_out_hidden(page)
        yield page


def locked_out(passwords: Sequence[str]) -> FileRejected:
    """The error of a file that none of the passwords opens."""
    how = (
        f"none of the {len(passwords)} in RAG_PDF_PASSWORDS opens it"
        if passwords
        else "give it in RAG_PDF_PASSWORDS"
    )
    return FileRejected(Reason.ENCRYPTED, f"it opens only with a password ({how})")


def _has_writing(page: Any) -> bool:  # noqa: ANN401
    """Whether form fields or typed notes lie on the page."""
    import pypdfium2.raw as pdfium

    kinds = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT)
    for number in range(min(_MAX_NOTES, pdfium.FPDFPage_GetAnnotCount(page))):
        if note := pdfium.FPDFPage_GetAnnot(page, number):
            kind = pdfium.FPDFAnnot_GetSubtype(note)
            pdfium.FPDFPage_CloseAnnot(note)
            if kind in kinds:
                return True
    return False
