"""Sentences of an answer tied to the words of the documents that bear them out. Pure.

A sentence is supported where one sentence or table row of the evidence has nearly all of its
words, and every one of its figures. What a model wrote beside that is dropped: a citation
that does not say what the sentence says is worse than no sentence.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag_app.evidence import Sentence
from rag_app.language import Language
from rag_app.sentences import sentences
from rag_app.terms import analyse
from rag_app.values import Citation, Claim

_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_DENIAL = re.compile(r"(?i)\b(?:not|no|never|neither|nor|without|não|nunca|nem|sem)\b|n['’]t\b")
_MOST_RUNS = 2
_SENTENCE_ENDS = '.!?…"”’»)'
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True)
class Cited:
    """An answer's text with its [numbers], and what they stand for."""

    text: str
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...] = ()

    def followed_by(self, quoted: "Cited") -> "Cited":
        """The text, then each quotation as a paragraph of its own, numbered on."""
        places = {(c.source, c.page, c.start): c for c in self.citations}
        paragraphs = [self.text]
        for citation in quoted.citations:
            place = (citation.source, citation.page, citation.start)
            kept = places.setdefault(place, replace(citation, number=len(places) + 1))
            paragraphs.append(f"“{_WHITE.sub(' ', kept.quote)}” [{kept.number}]")
        return Cited("\n\n".join(paragraphs), tuple(places.values()))


@dataclass(frozen=True)
class Gate:
    """What a sentence must pass to be said."""

    share: float  # of its words that one sentence of the evidence must have
    finished: bool  # whether it must end as a sentence does
    in_order: bool  # whether its words must come as in the evidence, with one gap at most


def cite(
    text: str, question: str, evidence: Sequence[Sentence], language: Language, gate: Gate
) -> Cited:
    """The sentences of ``text`` that say something and that the evidence bears out.

    ``evidence`` is best first; the first that lets a sentence through ``gate`` is cited.
    Markers that the model wrote itself are taken off: where a claim stands is found, not
    believed. A sentence that repeats another, or only the question, says nothing.
    """
    plain = _MARKER.sub("", text).strip()
    asked = set(analyse(question, language))
    kept: dict[str, Sentence] = {}
    for start, end in sentences(plain):
        sentence = plain[start:end]
        words = set(analyse(sentence, language))
        is_cut = gate.finished and sentence[-1] not in _SENTENCE_ENDS
        if len(words) < 2 or words <= asked or sentence in kept or is_cut:
            continue
        support = supporting(sentence, evidence, language, gate)
        if support is not None:
            kept[sentence] = support
    return _numbered(list(kept.items()))


def quote(evidence: Sequence[Sentence]) -> Cited:
    """The evidence itself as the answer: each sentence in the document's own words."""
    return _numbered([(_WHITE.sub(" ", sentence.text), sentence) for sentence in evidence])


def supporting(
    sentence: str, evidence: Sequence[Sentence], language: Language, gate: Gate
) -> Sentence | None:
    """The first of the evidence that bears the sentence out; None where none does.

    It has the gate's share of the sentence's words, all of its figures, and says no where the
    sentence says no. Words in the same order make of the sentence a shortened quotation, and
    keep a small model from turning around who did what to whom.
    """
    words = analyse(sentence, language)
    figures = {word for word in words if word[0].isdigit()}
    if not words:
        return None
    for candidate in evidence:
        have = analyse(candidate.text, language)
        known = [word for word in words if word in have]
        if (
            figures <= set(have)
            and len(known) >= gate.share * len(words)
            and (not gate.in_order or _runs(known, have) <= _MOST_RUNS)
            and _denies(sentence) == _denies(candidate.text)
        ):
            return candidate
    return None


def _runs(words: Sequence[str], of: Sequence[str]) -> float:
    """In how few unbroken stretches ``of`` has ``words``, in order; infinity where it has not."""
    # best[i]: fewest runs that spell words so far with the last one at of[i]
    best: list[float] = [1.0 if word == words[0] else math.inf for word in of] if words else []
    for word in words[1:]:
        nearest = math.inf
        following: list[float] = []
        for position, candidate in enumerate(of):
            joined = best[position - 1] if position else math.inf
            following.append(min(joined, nearest + 1) if candidate == word else math.inf)
            nearest = min(nearest, best[position])
        best = following
    return min(best, default=math.inf)


def _denies(text: str) -> bool:
    return _DENIAL.search(text) is not None


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
