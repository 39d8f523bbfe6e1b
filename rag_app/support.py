"""How likely the best sentence answers the question, from what can be computed here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from rag_app.evidence import Sentence, probability
from rag_app.language import ALL_STOP_WORDS, Language, detect, is_surely
from rag_app.matching.dates import MONTH_OF
from rag_app.matching.numbering import is_of_another_number, phrases_of_codes
from rag_app.matching.parallels import (
    Displaced,
    asks_whether,
    may_misspell,
    names_in_the_place_of_others,
)
from rag_app.matching.periods import is_of_another_period
from rag_app.matching.weekdays import is_day
from rag_app.store.database import Database
from rag_app.terms import any_of, stems_in, words_of
from rag_app.values import Scope


@dataclass(frozen=True)
class SupportCurve:
    """Weights of a logistic curve; benchmarks/README.md has the error rates that come of it."""

    contrast: float
    answers: float  # of the sentence reader's log-odds
    offset: float


SUPPORT_CURVE: dict[Language, SupportCurve] = {
    "en": SupportCurve(contrast=3.5, answers=0.5, offset=1.45),
    "pt": SupportCurve(contrast=7.0, answers=1.1, offset=2.08),
}
# Where the sentence is in the other language than the question, the reader understands it badly and
# their words are not the same: right sentences stand out less.
ACROSS_LANGUAGES = SupportCurve(contrast=3.5, answers=0.5, offset=-0.55)
_MOST_SUPPORT = 0.99  # an estimate is never a certainty
_BACKGROUND = 50  # sentences that the best one is compared with
_OF_ANOTHER = 0.5  # of its support is left to what is about another: below the line of 0.5

_NAME = re.compile(r"(?<=[^.!?\s]\s)[A-ZÀ-ÖØ-Þ][^\W\d_]*[a-zà-öø-ÿ][^\W\d_]+")  # begins no sentence
# Capitalised, and no name of what a row is about.
_NO_NAMES = frozenset(
    "miss mrs sir lady doctor professor president senhor senhora dona dom dra sra doutor doutora"
    " professora presidente".split()
).union(MONTH_OF, ALL_STOP_WORDS)
_ROOT = 5  # letters that a country and its people have in common
_COMMON = 20  # of so many chunks one has it: a name that says little
_FEW = 3  # chunks that have it


def support_of(question: str, ranked: Sequence[Sentence], database: Database) -> float:
    """The probability that the best sentence answers, 0 to 0.99; 0.5 is the line drawn.

    A logistic curve over its contrast and what the sentence reader says of it. What is told of
    another period, or is the row of another thing, than the question names is below the line.
    """
    if not ranked:
        return 0.0
    best = ranked[0]
    curve = _curve(detect(question), best.passage.text)
    at = curve.contrast * contrast(ranked) + curve.answers * (best.answers or 0.0)
    support = min(probability(at - curve.offset), _MOST_SUPPORT)
    return support * _OF_ANOTHER if _is_of_another(question, best, database) else support


def _curve(asked: Language, passage: str) -> SupportCurve:
    other: Language = "pt" if asked == "en" else "en"
    return ACROSS_LANGUAGES if is_surely(passage, other) else SUPPORT_CURVE[asked]


def contrast(ranked: Sequence[Sentence]) -> float:
    """How far the best sentence's relevance stands above the mean of the next fifty."""
    if not ranked:
        return 0.0
    rest = sorted((sentence.relevance for sentence in ranked[1:]), reverse=True)[:_BACKGROUND]
    return ranked[0].relevance - (fmean(rest) if rest else 0.0)


def _is_of_another(question: str, best: Sentence, database: Database) -> bool:
    passage = best.passage
    names = " ".join((passage.source, passage.title, *passage.headings))
    around = f"{names} {passage.text}"
    said = f"{names} {best.text}"  # a report on 2023 tells of 2023 where it names no year
    if (
        best.is_another_row
        or is_of_another_period(question, said, around)
        or is_of_another_number(question, said, around)
        or _is_of_unknown_code(question, around, database)
    ):
        return True
    if best.is_row:
        return any(
            _is_elsewhere(name, around, passage.source, database)
            for name in _NAME.findall(question)
        )
    return any(
        _is_not_meant(it, question, around, passage.source, database)
        for it in names_in_the_place_of_others(question, best.text)
    )


def _is_not_meant(
    displaced: Displaced, question: str, around: str, source: str, database: Database
) -> bool:
    """Whether a name in whose place a sentence has another is none of those that stand here.

    One that no document has may be a misspelt one of these, or another word for it: unless it is
    a place that something is looked for in.
    """
    words = [word for word in displaced.name.split() if word[0].isupper()]
    if len(words) > 1:
        words = [word for word in words if word.lower() not in _NO_NAMES]  # Rio de Janeiro
    if not words or not all(_is_elsewhere(word, around, source, database) for word in words):
        return False
    if database.matching(" OR ".join(any_of(stems) for stems in words_of(displaced.name))):
        return True
    is_misspelt = any(may_misspell(word, around) for word in words)
    return displaced.is_place and not (asks_whether(question) or is_misspelt)


def _is_of_unknown_code(question: str, around: str, database: Database) -> bool:
    """Whether it asks of codes that no chunk has, and the passage has their like: CP-200, CP-100.

    A misspelt name may be meant for a known one; of a series of codes each is another thing.
    """
    phrases = phrases_of_codes(question, around)
    return bool(phrases) and not database.matching(" OR ".join(f'"{it}"' for it in phrases))


def _is_elsewhere(name: str, around: str, source: str, database: Database) -> bool:
    """Whether a name that tells things apart stands neither near the row nor in its document."""
    if name.lower() in _NO_NAMES or is_day(name):
        return False
    stems = sorted({stem for word in words_of(name) for stem in word})
    if not stems or stems_in(around).intersection(stems):
        return False
    chunks = max(database.document_frequencies(stems).values(), default=0)
    is_rare = chunks <= max(_FEW, database.chunk_count() // _COMMON)
    roots = [stem for stem in stems if len(stem) > _ROOT]
    written = " OR ".join((any_of(stems), *(f'"{stem[:_ROOT]}"*' for stem in roots)))
    return is_rare and not database.matching(written, Scope(sources=(source,)))
