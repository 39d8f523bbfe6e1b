"""Whether the documents bear a sentence out, and where: the gate that every answer passes. Pure.

A sentence is ``supported`` where one sentence or table row of what it cites has nearly all of its
words, each of its figures and names, and says no, more or less where it does. It is
``misattributed`` where that stands elsewhere than it cites, ``stitched`` where its parts stand in
places that do not belong together, and else ``unsupported``: no rule here ever gives the model
the benefit of the doubt.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag_app.evidence import Sentence
from rag_app.language import ALL_STOP_WORDS, Language, detect
from rag_app.matching.bounds import is_unbound
from rag_app.matching.dates import dates
from rag_app.matching.figures import Figure, figures, says, table_powers
from rag_app.matching.reversal import is_swapped, is_turned, marks
from rag_app.terms import analyse
from rag_app.values import Label


@dataclass(frozen=True)
class Gate:
    """What a sentence must pass to be said."""

    share: float  # of its words that one sentence of the evidence must have
    finished: bool  # whether it must end as a sentence does
    in_order: bool  # whether its words must come as in the evidence, with one gap at most


@dataclass(frozen=True)
class Judgement:
    """What checking found: a label, and the sentences of the documents that it rests on."""

    label: Label
    places: tuple[Sentence, ...] = ()


def judge(
    claim: str,
    cited: Sequence[Sentence],
    evidence: Sequence[Sentence],
    language: Language,
    gate: Gate,
) -> Judgement:
    """Check one sentence against what it cites, then against all the ``evidence``.

    Both are best first. A claim that cites nothing of its own is supported by any evidence.
    """
    said = _Claim(claim, language)
    if not said.told.words and not said.told.figures:
        return Judgement("unsupported")
    if held := _bearing(said, cited, gate):
        return Judgement("supported", held)
    if held := _bearing(said, evidence, gate):
        return Judgement("misattributed" if cited else "supported", held)
    if held := _halves(said, [*cited, *evidence], gate):
        return Judgement("stitched", held)
    return Judgement("unsupported")


def is_astray(begun: str, item: Sentence, language: Language) -> bool:
    """Whether no sentence that begins so is borne out by ``item``, words in order.

    ``begun`` ends with a whole word. What follows can only add to the stretches it is made of.
    """
    there = detect(item.passage.text)
    words = _Claim(begun, language).words_in(there).all_words
    return bool(words) and _runs(words, _read(item.text, there).all_words) > _MOST_RUNS


_MOST_RUNS = 2
_SMALLEST_PART = 0.25  # of a stitched sentence's words; less may be a slip of one word
_DENIAL = re.compile(
    r"(?i)\b(?:not|no|never|neither|nor|without|cannot|none|nobody|nothing|(?:fail(?:s|ed|ing)?|unable)\s+to"
    r"|não|nunca|nem|sem|jamais|ninguém|nenhuma?|deix(?:a|ou|aram)\s+de)\b|n['’]t\b"
)
_POSSESSIVE = re.compile(r"['’]s\b")
_NAME = re.compile(r"(?<![\w.])[A-ZÀ-ÖØ-Þ][\w&-]*")


@dataclass(frozen=True)
class _Read:
    """A text as it is compared with another."""

    text: str
    all_words: tuple[str, ...]  # in order
    words: tuple[str, ...]  # without those of its figures
    figures: tuple[Figure, ...]


class _Claim:
    """A claim as it compares with documents of either language."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.told = _read(text, language)
        self._read_in = {language: self.told}

    def words_in(self, language: Language) -> _Read:
        """Its words as that language's documents have them; its figures as it means them."""
        if language not in self._read_in:
            self._read_in[language] = replace(
                self.told,
                all_words=_words(self.told.text, language),
                words=_words(_without(self.told.text, self.told.figures), language),
            )
        return self._read_in[language]


@lru_cache(maxsize=4096)
def _read(text: str, language: Language) -> _Read:
    text = _POSSESSIVE.sub("", text)
    found = figures(text, language)
    bare = _without(text, found)
    return _Read(text, _words(text, language), _words(bare, language), tuple(found))


def _without(text: str, found: Sequence[Figure]) -> str:
    for figure in sorted(found, key=lambda item: -item.start):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    return text


@lru_cache(maxsize=4096)
def _words(text: str, language: Language) -> tuple[str, ...]:
    return tuple(analyse(text, language))


def _bearing(said: _Claim, evidence: Sequence[Sentence], gate: Gate) -> tuple[Sentence, ...]:
    """The first sentence that bears the claim out, or two that follow one another."""
    for candidate in evidence:
        if _bears(said, candidate.text, [candidate], gate):
            return (candidate,)
    if gate.in_order:
        return ()
    for candidate in evidence:
        after = next((other for other in evidence if _follows(candidate, other)), None)
        if after is None or any(_share(said, it) >= gate.share for it in (candidate, after)):
            continue  # one that has the words alone was refused for a reason
        if _bears(said, f"{candidate.text} {after.text}", [candidate, after], gate):
            return (candidate, after)
    return ()


def _follows(one: Sentence, other: Sentence) -> bool:
    same = one.passage.source == other.passage.source and one.passage.page == other.passage.page
    between = one.passage.between(one.end, other.start)
    return same and other.start >= one.end and not between.strip()


def _share(said: _Claim, item: Sentence) -> float:
    language = detect(item.passage.text)
    words, have = said.words_in(language).words, _read(item.text, language).words
    return sum(word in have for word in words) / max(1, len(words))


def _bears(claim: _Claim, text: str, places: Sequence[Sentence], gate: Gate) -> bool:
    language = detect(places[0].passage.text)
    said, have = claim.words_in(language), _read(text, language)
    known = [word for word in said.words if word in have.words]
    if len(known) < gate.share * len(said.words) or _denies(claim.text) != _denies(text):
        return False
    powers = table_powers(" ".join(place.passage.text for place in places))
    if not all(says(figure, have.figures, powers) for figure in said.figures):
        return False
    if not _dates_stand(claim.text, have):
        return False
    if is_turned(claim.text, text):
        return False
    if gate.in_order:
        if is_unbound(said.text, said.figures, have.text, have.figures):
            return False
        return _runs(said.all_words, have.all_words) <= _MOST_RUNS
    if is_swapped(*(marks(it.text, it.figures, language) for it in (said, have))):
        return False
    return _names_stand(said, have, places, language)


def _halves(claim: _Claim, evidence: Sequence[Sentence], gate: Gate) -> tuple[Sentence, ...]:
    """Two sentences, apart, that each have one part of the claim; () where there are none."""
    words = claim.told.text.split()
    fewest = max(2, math.ceil(_SMALLEST_PART * len(words)))
    for cut in range(fewest, len(words) - fewest + 1):
        first = _having(" ".join(words[:cut]), evidence, gate)
        second = first and _having(" ".join(words[cut:]), evidence, gate)
        if first and second and first != second:
            figures_there = [
                figure
                for it in (first, second)
                for figure in _read(it.text, detect(it.passage.text)).figures
            ]
            if all(says(figure, figures_there) for figure in claim.told.figures):
                return (first, second)
    return ()


def _having(part: str, evidence: Sequence[Sentence], gate: Gate) -> Sentence | None:
    for item in evidence:
        language = detect(item.passage.text)
        words, have = _words(part, language), set(_words(item.text, language))
        if len(words) > 1 and sum(word in have for word in words) >= gate.share * len(words):
            return item
    return None


def _names_stand(said: _Read, have: _Read, places: Sequence[Sentence], language: Language) -> bool:
    """Whether every name of the claim stands in the places or in the headings above them."""
    names = [
        word
        for word in _NAME.findall(said.text)
        if word.lower() not in ALL_STOP_WORDS and len(word) > 1
    ]
    above = " ".join(
        part
        for place in places
        for part in (place.passage.title, *place.passage.headings, place.passage.source)
    )
    known = {*have.all_words, *analyse(re.sub(r"[/_.-]", " ", above), language)}
    figured = " ".join(said.text[figure.start : figure.end] for figure in said.figures)
    return all(name in figured or set(analyse(name, language)) <= known for name in names)


def _dates_stand(claim: str, have: _Read) -> bool:
    """Whether no date of the claim is put together from several dates of the text.

    A part of it that stands outside of these dates may belong to one: "14 and 15 March".
    """
    there = dates(have.text)
    loose = {
        int(figure.value)
        for figure in have.figures
        if not any(date.start <= figure.start < date.end for date in there)
    }
    return all(
        any(date.agrees(other) for other in there)
        or not loose.isdisjoint({date.year, date.month, date.day})
        for date in dates(claim)
    )


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
