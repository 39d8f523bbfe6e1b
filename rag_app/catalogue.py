"""The answer to "which documents are there?": each with its pages and the words it opens with."""

from dataclasses import replace

from rag_app.injection import honest
from rag_app.language import Language
from rag_app.quotation import spoken
from rag_app.store.database import Database
from rag_app.values import (
    INDEXED,
    Answer,
    Citation,
    Claim,
    Coverage,
    DocumentRecord,
    Passage,
    Scope,
)

_MOST_SHOWN = 100  # documents
_LONGEST = 160  # characters of an opening
_DOCUMENTS = {"en": ("document", "documents"), "pt": ("documento", "documentos")}
_PAGES = {"en": "{} pages, ", "pt": "{} páginas, "}
_PASSAGES = {"en": ("passage", "passages"), "pt": ("trecho", "trechos")}
_FIRST = {"en": "The first {}:", "pt": "Os primeiros {}:"}


def list_documents(database: Database, scope: Scope | None, base: Answer) -> Answer | None:
    """``base`` with a line for each document of the scope that has text; None where none has.

    Each line cites the first sentence of its document's first chunk that instructs no machine;
    where every one does, the line has the document's name alone. Call it in a snapshot of the
    database.
    """
    language = base.language
    records = database.documents()
    known = {record.source: record for record in records if record.outcome == INDEXED}
    chunks = database.first_chunks(scope or Scope())
    if not chunks:
        return None
    passages = database.passages_in_order(chunks[:_MOST_SHOWN])
    hashes = database.sha256_of(passage.source for passage in passages)
    citations: list[Citation] = []
    claims: list[Claim] = []
    for passage in passages:
        source, page, quote = passage.source, passage.page, ""
        numbers: tuple[int, ...] = ()
        if opening := _opening(passage):
            start, end = opening
            quote = passage.between(start, end)
            number = len(citations) + 1
            numbers = (number,)
            citations.append(Citation(number, source, page, quote, start, end, hashes[source]))
        claims.append(Claim(_line(known[source], quote, language), "supported", numbers))
    head = f"{len(chunks)} {_DOCUMENTS[language][len(chunks) > 1]}."
    if len(claims) < len(chunks):
        head += " " + _FIRST[language].format(len(claims))
    marked = [" ".join([claim.text, *(f"[{n}]" for n in claim.numbers)]) for claim in claims]
    text = "\n- ".join([head, *marked])
    unreadable = tuple(record.source for record in records if record.outcome != INDEXED)
    total = sum(known[passage.source].chunks for passage in passages)
    return replace(
        base, text=text, citations=tuple(citations), claims=tuple(claims), abstained=False,
        coverage=Coverage(total, len(passages), len(passages), unreadable),
        passages=tuple(passages[:8]), answered_by="inventory", support=1.0,
    )  # fmt: skip


def _opening(passage: Passage) -> tuple[int, int] | None:
    """Its first sentence that is no instruction, no longer than a line; None where all are."""
    spans = honest(passage, passage.spans)
    if not spans:
        return None
    start, end = spans[0]
    if end - start > _LONGEST:
        cut = passage.text.rfind(" ", start - passage.start, start - passage.start + _LONGEST)
        end = passage.start + cut if cut > 0 else start + _LONGEST
    return start, end


def _line(record: DocumentRecord, quote: str, language: Language) -> str:
    pages = _PAGES[language].format(record.pages) if record.pages > 1 else ""
    size = f"{pages}{record.chunks} {_PASSAGES[language][record.chunks > 1]}"
    said = f": “{spoken(quote, record.source)}”" if quote else ""
    return f"{record.source} ({size}){said}"
