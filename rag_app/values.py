"""The values that flow through the product, each frozen, in the order in which they appear.

path -> ``Page`` -> ``Chunk`` -> index; question -> ``Passage`` -> ``Citation`` -> ``Answer``.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from rag_app.language import Language

SentencePlace = tuple[str, int | None, int]  # source, page, where on the page it starts

# What checking a sentence of an answer against its citations found; see grounding.
Label = Literal["supported", "misattributed", "stitched", "unsupported"]

# What whoever reviews an answer holds it for; "" for one that is not judged.
Verdict = Literal["right", "wrong", "unfounded", ""]  # unfounded: the documents do not say


@dataclass(frozen=True)
class Heading:
    """A section title inside a page's text."""

    start: int  # characters into the page's text, of the title's first character
    level: int  # 1 is the outermost
    title: str


@dataclass(frozen=True)
class Page:
    """One page of a document, as its loader read it and as the index stores it.

    A format without pages (Markdown, DOCX, a spreadsheet) is one ``Page`` numbered None.
    """

    number: int | None  # from 1
    text: str
    headings: tuple[Heading, ...] = ()  # by start
    rows: tuple[tuple[int, int], ...] = ()  # [start, end) of table rows, which no chunk cuts


@dataclass(frozen=True)
class LoadedDocument:
    """What a loader makes of one file."""

    title: str  # from the file's own metadata or first heading; "" where it has none
    pages: tuple[Page, ...]
    loader: str  # name of the loader that read it, such as "pypdfium2"


@dataclass(frozen=True)
class Chunk:
    """A stretch of one page that is embedded as one vector.

    ``page.text[start:end] == text``, always.
    """

    page: int  # position of the page within the document, from 0
    start: int  # characters into the page's text
    end: int
    text: str
    headings: tuple[str, ...]  # the section path, outermost first
    tokens: int  # in the embedder's tokens, context included
    sentences: tuple[tuple[int, int], ...] = ()  # [start, end) in the page's text; rows too


@dataclass(frozen=True)
class Scope:
    """Which part of an index is searched; what is None does not narrow it."""

    sources: tuple[str, ...] | None = None  # names, or patterns with * and ?
    pages: tuple[int, int] | None = None  # first and last, from 1
    modified_after: datetime | None = None  # of the file


@dataclass(frozen=True)
class Request:
    """What is asked of which part of which index."""

    question: str
    index: str = "default"
    history: tuple[str, ...] = ()  # the conversation's earlier questions, oldest first
    scope: Scope | None = None  # None: the whole index


@dataclass(frozen=True)
class Explanation:
    """Why a passage came where it came."""

    fused: float  # score by both searches, and by the document's name, before reranking
    routed: float  # part of it that came of the document being named in the question
    expansion: str  # words that the glossary added to the question; "" where none
    nearest: float | None = None  # cosine of the sentence nearest to the question, where it counted
    reranked: float | None = None  # the cross-encoder's score, where there is one


@dataclass(frozen=True)
class Passage:
    """A stretch of a document that retrieval found for a question."""

    text: str  # page_text[start:end]
    source: str  # path relative to the ingested folder, with "/"
    page: int | None  # from 1
    score: float  # higher is better; comparable within one result only
    start: int  # characters into the page's text
    end: int
    headings: tuple[str, ...] = ()
    sentences: tuple[tuple[int, int], ...] = ()  # [start, end) in the page's text; rows too
    title: str = ""  # of the document
    chunk_id: int = 0  # row of the index, stable until the file changes
    dense_rank: int | None = None  # rank by embedding alone, from 1; None where it did not come up
    lexical_rank: int | None = None  # rank by BM25 alone
    explanation: Explanation | None = None  # where it was asked for

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Its sentences; all of it as one where none are known."""
        return self.sentences or ((self.start, self.end),)

    def between(self, start: int, end: int) -> str:
        """What stands at [start, end) of the page, which lies within the passage."""
        return self.text[start - self.start : end - self.start]


@dataclass(frozen=True)
class Citation:
    """Where a sentence of the answer rests: ``page_text[start:end] == quote``."""

    number: int  # as [number] in the answer's text
    source: str
    page: int | None
    quote: str
    start: int  # characters into the page's text
    end: int
    sha256: str = ""  # of the file that was indexed


@dataclass(frozen=True)
class Claim:
    """One sentence of an answer, and what checking it against its citations found."""

    text: str  # without its [numbers]
    label: Label
    numbers: tuple[int, ...] = ()  # of the citations that it rests on


@dataclass(frozen=True)
class Coverage:
    """How much of the index a question over everything has read."""

    passages: int  # that hold what was asked for
    read: int  # of them
    files: int  # that these passages stand in
    unreadable: tuple[str, ...] = ()  # files of the index without text, which no one could read


@dataclass(frozen=True)
class Usage:
    """What an answer cost."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: dict[str, float] = field(default_factory=dict)  # by stage, and "total"


@dataclass(frozen=True)
class Answer:
    """An answer, every sentence of which is cited; or an abstention."""

    question: str
    text: str
    citations: tuple[Citation, ...]
    abstained: bool  # the documents do not say
    passages: tuple[Passage, ...]  # what was retrieved, best first
    support: float  # 0 to 1: how far the best evidence stands out; 1 of an inventory, which
    # estimates nothing: the words asked for stand there
    language: Language
    answered_by: str  # "llm", "quotation" (the document's own sentences), "inventory" (of all
    # that the index holds on something), "abstention" or "filter" (withheld; see content_filter)
    model: str  # what generated, and in what precision
    usage: Usage = field(default_factory=Usage)
    claims: tuple[Claim, ...] = ()  # the text's sentences, each with its label
    rewritten: str = ""  # the question on its own, where it was asked as a follow-up
    coverage: Coverage | None = None  # of a question over everything, such as "list all ..."
    cached: bool = False  # whether it was given before, over the same index and models
    exchange: int | None = None  # its number in the log; None where nothing was logged
    absent: tuple[str, ...] = ()  # words of the question that no document of the index has


@dataclass(frozen=True)
class Exchange:
    """A question and what came of it, as the log keeps it."""

    id: int
    conversation: str  # "" for a question that belongs to none
    index: str
    asked: float  # seconds since the epoch
    question: str
    state: str  # "asked" (no end yet), "answered", "stopped" or "failed"
    answer: Answer | None = None
    note: str = ""  # why it failed
    identity: str = ""  # JSON: all that decides the answer; see identity.py
    rating: int | None = None  # 1 good, 0 bad
    comment: str = ""
    verdict: Verdict = ""
    expected: str = ""  # what would have been right, in the reviewer's words
    judged: float | None = None  # seconds since the epoch, of the last change of these two


@dataclass(frozen=True)
class Conversation:
    """Exchanges that follow one another."""

    id: str
    title: str
    index: str
    updated: float  # seconds since the epoch
    exchanges: int  # how many it holds


INDEXED = "indexed"  # the outcome of a file that was read; of any other it is a Reason


@dataclass(frozen=True)
class DocumentRecord:
    """One file of an index, as the index knows it."""

    source: str
    sha256: str
    size: int  # bytes
    title: str
    language: str
    loader: str
    outcome: str  # INDEXED, or the reason why not; see errors.Reason
    detail: str  # the reason in words, "" when indexed
    pages: int
    chunks: int
    modified: float  # seconds since the epoch
