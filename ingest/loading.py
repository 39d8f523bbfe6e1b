"""A file into a ``LoadedDocument``: its suffix names the loader, its first bytes must agree."""

from collections.abc import Callable
from pathlib import Path

from ingest.loaders.options import LoadingOptions
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

VERSION = "6"  # of what the loaders make of a file; an index read by other rules is read anew

_ZIP, _PDF, _OLE = b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = {".docx", ".pptx", ".xlsx", ".epub"}
_TEXT = {".txt", ".text", ".log", ".rst", ".md", ".markdown", ".csv", ".tsv", ".json", ".jsonl",
         ".html", ".htm", ".xhtml"}  # fmt: skip
_KINDS = {
    _PDF: "a PDF", _ZIP: "a ZIP archive or Office file", _OLE: "an old or encrypted Office file",
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"\x7fELF": "a program",
    b"\x1f\x8b": "a gzip archive", b"MZ\x90": "a program", b"SQLite format 3": "a database",
}  # fmt: skip


Loader = Callable[[Path, LoadingOptions], LoadedDocument]


def load(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The file's text, page by page. Raises FileRejected with a named reason."""
    loader = _loader(path, options)
    _check_bytes(path)
    document = loader(path, options)
    if len(document.pages) > options.max_pages:
        raise FileRejected(
            Reason.TOO_LARGE,
            f"it has {len(document.pages):,} pages; the limit is {options.max_pages:,}"
            " (RAG_MAX_PAGES raises it)",
        )
    options.check_characters(sum(len(page.text) for page in document.pages))
    if not any(page.text.strip() for page in document.pages):
        if path.suffix.lower() == ".pdf":
            raise FileRejected(
                Reason.NO_TEXT_LAYER,
                f"no text on its pages ({len(document.pages)});"
                " if they are pictures, run OCR over it first",
            )
        raise FileRejected(Reason.EMPTY, "it holds no text")
    return document


def suffixes() -> list[str]:
    """The suffixes that can be read without settings, sorted."""
    return sorted({".pdf", *_OFFICE, *_TEXT})


def _loader(path: Path, options: LoadingOptions) -> Loader:
    suffix = path.suffix.lower()
    if suffix in options.community_loaders:
        from ingest.loaders.community import load_community as loader
    elif suffix == ".pdf":
        from ingest.loaders.pdf import load_pdf as loader
    elif suffix in {".docx", ".pptx"}:
        from ingest.loaders.office import load_office as loader
    elif suffix == ".xlsx":
        from ingest.loaders.spreadsheet import load_spreadsheet as loader
    elif suffix in {".html", ".htm", ".xhtml", ".epub"}:
        from ingest.loaders.web import load_web as loader
    elif suffix in {".csv", ".tsv", ".json", ".jsonl"}:
        from ingest.loaders.tabular import load_tabular as loader
    elif suffix in _TEXT:
        from ingest.loaders.plain import load_plain as loader
    else:
        raise FileRejected(
            Reason.UNSUPPORTED,
            f"files named {suffix or 'without a suffix'} are not read; these are:"
            f" {' '.join(suffixes())}",
        )
    return loader


def _check_bytes(path: Path) -> None:
    """Refuse a file whose first bytes belie its name."""
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileRejected(Reason.EMPTY, "the file has no bytes")
    kind = next((name for magic, name in _KINDS.items() if head.startswith(magic)), "")
    if suffix in _OFFICE and head.startswith(_OLE):
        raise FileRejected(Reason.ENCRYPTED, "it is protected by a password, or an old format")
    expected = {".pdf": _PDF} | dict.fromkeys(_OFFICE, _ZIP)
    if suffix in expected:
        # A PDF may begin with some other bytes; readers look for its mark in the first 1,024.
        found = _PDF in head[:1024] if suffix == ".pdf" else head.startswith(_ZIP)
        if not found and (kind or suffix != ".pdf"):
            raise FileRejected(Reason.CORRUPT, f"it is named {suffix} but is {kind or 'none'}")
    elif suffix in _TEXT and kind:
        raise FileRejected(Reason.CORRUPT, f"it is named {suffix} but is {kind}")
