"""Which sentences of the passages answer the question, and how far the best one stands out."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType

from rag_app.definitions import defined_by, defines
from rag_app.embedding import Embedder
from rag_app.injection import honest
from rag_app.language import Language, detect
from rag_app.periods import is_of_another_period
from rag_app.row_names import is_row_of_another_name
from rag_app.rows import cells, is_another_row, is_of_another_variant, is_under_another_number
from rag_app.sentence_reader import Candidate, SentenceReader
from rag_app.sentence_similarity import KeptVectors, cosines
from rag_app.store.database import Database
from rag_app.terms import analyse, words_of
from rag_app.values import Passage
from rag_app.weekdays import is_of_another_day

# An English embedder's cosine says little about Portuguese.
COSINE_WEIGHT: dict[Language, float] = {"en": 1.4, "pt": 0.7}
_PASSAGE_WEIGHT = 0.3  # of the passage's place among those found, beside cosine and overlap
_ANSWERS_WEIGHT = 0.75  # of the reader's probability, beside a relevance of up to 2.4
# Likewise for the second sentence of an answer: in English what the reader likes best catches more
# of what the first one misses than the next in rank; in Portuguese it reads too badly for that.
_SECOND_WEIGHT: dict[Language, float] = {"en": 3.0, "pt": _ANSWERS_WEIGHT}
# Is added to one of the first one's document: another's is often beside the point. In Portuguese
# the first one stands in a wrong document more often.
_SAME_DOCUMENT: dict[Language, float] = {"en": 0.3, "pt": 0.0}
_READ = 12  # sentences, the most relevant ones, that the reader reads

_HEADING_CREDIT = 0.5  # of a word that stands in the headings or the file's name alone
_AROUND_CREDIT = 0.2  # of one that stands in the passage's other sentences alone
_DEFINITION_WEIGHT = 0.25  # where the question asks what something is
_ANOTHER_ROW = 0.5  # is taken from the relevance of a row, or a sentence, of another thing
_FEWEST_WORDS = 3  # of a sentence that has no figure
_LONGEST = 600  # characters; a longer stretch is no quotation

_WORD = re.compile(r"[^\W\d_]+")
_MORE_THAN_WORDS = re.compile(r"[\d:|;]|[.!]\s*$")  # a line in capitals without is a heading
_HEADING = re.compile(r"(?m)^#{1,6}[ \t]+(\S.*)$")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_RULE = re.compile(r"\|[\s:|-]+")
_FIGURE = re.compile(r"\d[\d.,]{2,}|\d\s*%")
_DATED = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")  # a year, of which a heading says nothing
_SECTION = re.compile(r"^[#\s]*\d{1,2}(?:\.\d{1,2})*[.)]?\s+(?=[^\W\d_])")  # "5.3 LoRA"


@dataclass(frozen=True)
class Sentence:
    """One sentence or table row of a passage, with its score for a question."""

    passage: Passage
    start: int  # characters into the page's text
    end: int
    relevance: float  # weighted cosine + share of the question's words + the passage's score
    answers: float | None = None  # log-odds that it holds the answer; None where it was not read
    is_row: bool = False  # of a table
    is_another_row: bool = False  # than the question names by a number, a day or a name

    @property
    def score(self) -> float:
        """What it is ranked by."""
        return self.relevance + _ANSWERS_WEIGHT * probability(self.answers)

    @property
    def text(self) -> str:
        """The words as they stand in the document."""
        return self.passage.between(self.start, self.end)


@dataclass(frozen=True)
class WeighedWord:
    """A word of the question: its stems in each language, and how telling it is."""

    stems: frozenset[str]
    weight: float  # inverse document frequency


def rank_sentences(
    question: str,
    passages: Sequence[Passage],
    embedder: Embedder,
    words: Sequence[WeighedWord],
    reader: SentenceReader | None = None,
    kept: KeptVectors = MappingProxyType({}),
    check: Callable[[], None] = lambda: None,
) -> list[Sentence]:
    """Every sentence of the passages that says something, best first; the same words once.

    A sentence that instructs the machine that reads it is left out (``injection``). The ``reader``
    reads the most relevant ones with the question. ``kept`` holds the vectors of sentences that
    the index has. ``check`` is called now and then, and may raise to end the reading.
    """
    named = {_bare(it) for p in passages for it in (p.title, *p.headings, *_own_headings(p))}
    titles = sorted(named - {""}, key=len, reverse=True)
    spans: list[tuple[Passage, int, int]] = []
    columns: dict[tuple[int, int], str] = {}  # a table row's place -> its header
    for p in passages:
        headers, skipped = _tables(p)
        columns |= {(p.chunk_id, row): header for row, header in headers.items()}
        spans += [
            (p, start, end)
            for start, end in honest(p, _spans(p))
            if start not in skipped and _says_something(p.between(start, end), titles)
        ]
    texts = [p.between(start, end) for p, start, end in spans]
    if not texts:
        return []
    near = cosines(question, spans, embedder, kept, check)
    trust, topic = COSINE_WEIGHT[detect(question)], defined_by(question)
    ranked: dict[str, Sentence] = {}
    for (passage, start, end), text, cosine in zip(spans, texts, near, strict=True):
        header = columns.get((passage.chunk_id, start), "")
        overlap = _overlap(f"{header} {text}", passage, words)
        relevance = trust * cosine + overlap + _PASSAGE_WEIGHT * passage.score
        if topic:
            relevance += _DEFINITION_WEIGHT * defines(text, topic)
        row = cells(text, header)
        is_another = bool(row) and _is_another(question, row, f"{header} {text}", passage)
        is_beside = not row and _is_told_of_another(question, text, passage)
        relevance -= _ANOTHER_ROW * (is_another or is_beside)
        if text not in ranked or ranked[text].relevance < relevance:
            ranked[text] = Sentence(passage, start, end, relevance, None, bool(row), is_another)
    relevant = sorted(ranked.values(), key=lambda sentence: -sentence.relevance)
    return sorted(_read(question, relevant, reader), key=lambda sentence: -sentence.score)


def _is_another(question: str, row: Sequence[tuple[str, str]], text: str, passage: Passage) -> bool:
    """Whether the row is of another thing than the question names, by number, day or name."""
    names = (PurePosixPath(passage.source).stem, passage.title, *passage.headings)
    above = " ".join(names).replace("_", " ")
    return (
        is_another_row(question, row, above)
        or is_of_another_day(question, row)
        or is_row_of_another_name(question, text, passage.text, above)
        or is_of_another_variant(question, text, passage.text)
    )


def _is_told_of_another(question: str, text: str, passage: Passage) -> bool:
    """Whether a sentence names another time than the question, or its document another number.

    One beside it may tell of what is asked for, so it is ranked lower and no more.
    """
    above = " ".join((passage.title, *passage.headings))
    return is_of_another_period(question, text, "") or is_under_another_number(
        question, above, passage.text
    )


def best_two(ranked: Sequence[Sentence], language: Language) -> list[Sentence]:
    """The best sentence, and the one that most likely holds the answer where that does not."""
    others = [sentence for sentence in ranked[1:] if not sentence.is_another_row]

    def likely(other: Sentence) -> float:
        beside = other.passage.source == ranked[0].passage.source
        read = _SECOND_WEIGHT[language] * probability(other.answers)
        return other.relevance + read + _SAME_DOCUMENT[language] * beside

    return [*ranked[:1], *sorted(others, key=likely, reverse=True)[:1]]


def _read(
    question: str, relevant: Sequence[Sentence], reader: SentenceReader | None
) -> list[Sentence]:
    if reader is None or not relevant:
        return list(relevant)
    head = relevant[:_READ]
    odds = reader.read(question, [Candidate(item.text, _before(item)) for item in head])
    judged = [replace(item, answers=float(odd)) for item, odd in zip(head, odds, strict=True)]
    return [*judged, *relevant[_READ:]]


def _before(sentence: Sentence) -> str:
    """The sentence before it, or the headings where it is the passage's first."""
    passage = sentence.passage
    earlier = [span for span in passage.sentences if span[1] <= sentence.start]
    if not earlier:
        return " > ".join(part for part in (passage.title, *passage.headings) if part)
    return passage.between(*earlier[-1])


def weigh_words(question: str, database: Database) -> list[WeighedWord]:
    """The question's words without stop words, weighed by how few chunks have them."""
    total = database.chunk_count()
    weighed: dict[frozenset[str], float] = {}
    for stems in words_of(question):
        count = max(database.document_frequencies(sorted(stems)).values(), default=0)
        weighed[stems] = math.log((total + 1) / (count + 0.5))
    return [WeighedWord(stems, weight) for stems, weight in weighed.items()]


def probability(log_odds: float | None) -> float:
    """That log-odds stand for; 0 where there are none."""
    return 0.0 if log_odds is None else 1 / (1 + math.exp(-log_odds))


def _spans(passage: Passage) -> list[tuple[int, int]]:
    """The passage's sentences and rows; one that announces the next, or asks, is taken with it."""
    spans: list[tuple[int, int]] = []
    for start, end in passage.spans:
        last = spans[-1] if spans else (0, 0)
        before = passage.text[: max(0, last[1] - passage.start)]
        announces = before.rstrip("`*_\n ").endswith((":", "?"))  # a fence opens a block of figures
        if announces and end - last[0] <= _LONGEST:
            spans[-1] = (last[0], end)
        else:
            spans.append((start, end))
    return [(start, end) for start, end in spans if end - start <= _LONGEST]


def _tables(passage: Passage) -> tuple[dict[int, str], set[int]]:
    """Where rows of Markdown tables start, with their headers; and where headers and rules do.

    Other formats' rows carry their headers in their own text.
    """
    headers: dict[int, str] = {}
    skipped: set[int] = set()
    above, header = (0, ""), ""
    at = passage.start
    for line in passage.text.split("\n"):
        if not line.startswith("|"):
            header = ""
        elif _RULE.fullmatch(line):
            header = above[1] if above[1].startswith("|") else ""
            skipped |= {above[0], at}
        elif header:
            headers[at] = header
        above = (at, line)
        at += len(line) + 1
    return headers, skipped


def _own_headings(passage: Passage) -> list[str]:
    """Those of Markdown that stand in its text: it has the headings above its beginning alone."""
    return _HEADING.findall(passage.text)


def _says_something(text: str, titles: Sequence[str]) -> bool:
    """Whether the text is more than headings, as a page's head and a table of contents are."""
    if text.isupper() and not _MORE_THAN_WORDS.search(text):
        return False
    rest = f" {_bare(text)} "
    for title in titles:
        rest = rest.replace(f" {title} ", " ")
    told = _SECTION.sub("", text)
    figures = _FIGURE.search(_DATED.sub("", told) if _bare(text) in titles else told)
    return len(rest.split()) >= _FEWEST_WORDS or figures is not None


def _bare(text: str) -> str:
    """Letters and blanks alone: a heading with neither its number nor its page's."""
    return " ".join(_WORD.findall(text.lower()))


def _overlap(text: str, passage: Passage, words: Sequence[WeighedWord]) -> float:
    """The share of the question's words, by weight, that the sentence has.

    A word of the headings above it, or of the sentences around it, counts a part: what they have
    named a sentence may leave out. So does one of an e-mail address, which names, and says nothing.
    """
    total = sum(word.weight for word in words)
    if total <= 0:
        return 0.0
    language = detect(passage.text)
    have = frozenset(analyse(_ADDRESS.sub(" ", text), language))
    names = (PurePosixPath(passage.source).stem, passage.title, *passage.headings)
    above = _terms(" ".join((*names, *_ADDRESS.findall(text))), language)
    around = _terms(passage.text, language)
    found = 0.0
    for word in words:
        if word.stems & have:
            found += word.weight
        elif word.stems & above:
            found += _HEADING_CREDIT * word.weight
        elif word.stems & around:
            found += _AROUND_CREDIT * word.weight
    return found / total


@lru_cache(maxsize=256)
def _terms(text: str, language: Language) -> frozenset[str]:
    return frozenset(analyse(text, language))
