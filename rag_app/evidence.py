"""Which sentences of the passages answer the question, and how far the best one stands out."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType

from rag_app.embedding import Embedder
from rag_app.language import Language, detect
from rag_app.matching.numbering import is_of_another_variant, is_under_another_number
from rag_app.matching.periods import is_of_another_period
from rag_app.matching.row_names import is_row_of_another_name
from rag_app.matching.rows import cells, is_another_row
from rag_app.matching.weekdays import is_of_another_day
from rag_app.models.sentence_reader import Candidate, SentenceReader
from rag_app.question.definitions import defined_by, defines
from rag_app.sentence_similarity import KeptVectors, cosines
from rag_app.store.database import Database
from rag_app.stretches import Stretch, stretches
from rag_app.terms import analyse, words_of
from rag_app.values import Passage

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
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


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

    The ``reader`` reads the most relevant ones with the question. ``kept`` holds the vectors of
    sentences that the index has. ``check`` is called now and then, and may raise to end the
    reading.
    """
    found = stretches(passages)
    if not found:
        return []
    ranked: dict[str, Sentence] = {}
    for stretch, cosine in zip(found, cosines(question, found, embedder, kept, check), strict=True):
        sentence = _weighed(question, words, stretch, cosine)
        known = ranked.get(stretch.text)
        if known is None or known.relevance < sentence.relevance:
            ranked[stretch.text] = sentence
    relevant = sorted(ranked.values(), key=lambda sentence: -sentence.relevance)
    return sorted(_read(question, relevant, reader), key=lambda sentence: -sentence.score)


def _weighed(
    question: str, words: Sequence[WeighedWord], stretch: Stretch, cosine: float
) -> Sentence:
    """How much a stretch has to do with the question, by all that needs no reading of both."""
    text, passage = stretch.text, stretch.passage
    told = f"{stretch.header} {text}"
    relevance = COSINE_WEIGHT[detect(question)] * cosine + _overlap(told, passage, words)
    relevance += _PASSAGE_WEIGHT * passage.score
    if topic := defined_by(question):
        relevance += _DEFINITION_WEIGHT * defines(text, topic)
    row = cells(text, stretch.header)
    is_another = bool(row) and _is_another(question, row, told, passage)
    if is_another or (not row and _is_told_of_another(question, text, passage)):
        relevance -= _ANOTHER_ROW
    return Sentence(passage, stretch.start, stretch.end, relevance, None, bool(row), is_another)


def _is_another(question: str, row: Sequence[tuple[str, str]], text: str, passage: Passage) -> bool:
    """Whether the row is of another thing than the question names, by number, day or name."""
    above = _names_above(passage)
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
    above = _terms(" ".join((_names_above(passage), *_ADDRESS.findall(text))), language)
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


def _names_above(passage: Passage) -> str:
    """What stands over the passage: the file's name, its title and the headings."""
    names = (PurePosixPath(passage.source).stem, passage.title, *passage.headings)
    return " ".join(names).replace("_", " ")


@lru_cache(maxsize=256)
def _terms(text: str, language: Language) -> frozenset[str]:
    return frozenset(analyse(text, language))
