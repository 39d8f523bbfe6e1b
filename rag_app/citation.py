"""Sentences of an answer tied to the words of the documents that bear them out. Pure.

A sentence is supported where one sentence or table row of the evidence has nearly all of its
words, and every one of its figures. What a model wrote beside that is dropped: a citation
that does not say what the sentence says is worse than no sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag_app.evidence import Sentence
from rag_app.language import Language
from rag_app.sentences import sentences
from rag_app.terms import analyse
from rag_app.values import Citation

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_MIN_SHARE = 0.8  # of a sentence's words that its evidence must have
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True)
class Cited:
    """An answer's text with its [numbers], and what they stand for."""

    text: str
    citations: tuple[Citation, ...]


def cite(text: str, evidence: Sequence[Sentence], language: Language) -> Cited:
    """The sentences of ``text`` that the evidence bears out, each with its citation.

    ``evidence`` is best first; the first that bears a sentence out is cited. Markers that the
    model wrote itself are taken off: where a claim stands is found, not believed.
    """
    plain = _MARKER.sub("", text).strip()
    kept: list[tuple[str, Sentence]] = []
    for start, end in sentences(plain):
        sentence = plain[start:end]
        support = supporting(sentence, evidence, language)
        if support is not None:
            kept.append((sentence, support))
    return _numbered(kept)


def quote(evidence: Sequence[Sentence]) -> Cited:
    """The evidence itself as the answer: each sentence in the document's own words."""
    return _numbered([(_WHITE.sub(" ", sentence.text), sentence) for sentence in evidence])


def supporting(
    sentence: str, evidence: Sequence[Sentence], language: Language
) -> Sentence | None:
    """The first of the evidence that has the sentence's words and all of its figures."""
    words = set(analyse(sentence, language))
    figures = {word for word in words if word[0].isdigit()}
    if not words:
        return None
    for candidate in evidence:
        have = set(analyse(candidate.text, language))
        if figures <= have and len(words & have) >= _MIN_SHARE * len(words):
            return candidate
    return None


def _numbered(kept: Sequence[tuple[str, Sentence]]) -> Cited:
    numbers: dict[tuple[str, int | None, int], int] = {}
    citations: list[Citation] = []
    parts: list[str] = []
    for text, sentence in kept:
        place = (sentence.passage.source, sentence.passage.page, sentence.start)
        if place not in numbers:
            numbers[place] = len(numbers) + 1
            citations.append(
                Citation(
                    number=numbers[place],
                    source=sentence.passage.source,
                    page=sentence.passage.page,
                    quote=sentence.text,
                    start=sentence.start,
                    end=sentence.end,
                )
            )
        parts.append(f"{text} [{numbers[place]}]")
    return Cited(" ".join(parts), tuple(citations))
