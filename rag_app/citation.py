"""Sentences of an answer tied to the words of the documents that bear them out. Pure.

What a model wrote beside that is dropped, or marked: a citation that does not say what the
sentence says is worse than no sentence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag_app.evidence import Sentence
from rag_app.grounding import Gate, is_astray, judge
from rag_app.language import Language
from rag_app.quotation import spoken
from rag_app.sentences import sentences
from rag_app.terms import analyse
from rag_app.values import Citation, Claim, Label, Passage

UNVERIFIED: dict[Language, str] = {"en": "(unverified)", "pt": "(não verificado)"}

_MARKER = re.compile(r"\s*\[(\d+(?:\s*,\s*\d+)*)\]")
_SENTENCE_ENDS = '.!?…"”’»)'
_LAST_WORD = re.compile(r"(?:\[[\d,\s]*(?:\]\S*)?|\S+)$")  # or marker, with the spaces in it
_BETWEEN_WORDS = re.compile(r"[\s\"“”«»'‘’.,;:!?…*_`|]+")


@dataclass(frozen=True)
class Cited:
    """An answer's text with its [numbers], and what they stand for."""

    text: str
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...] = ()

    def followed_by(self, quoted: "Cited") -> "Cited":
        """The text, then each quotation as a paragraph of its own, numbered on.

        One that the text says already, word by word, is not said again.
        """
        said = {_words(claim.text) for claim in self.claims}
        places = {(c.source, c.page, c.start): c for c in self.citations}
        paragraphs, claims = [self.text], list(self.claims)
        for citation in quoted.citations:
            words = spoken(citation.quote, citation.source)
            if _words(words) in said:
                continue
            place = (citation.source, citation.page, citation.start)
            kept = places.setdefault(place, replace(citation, number=len(places) + 1))
            paragraphs.append(f"“{words}” [{kept.number}]")
            claims.append(Claim(words, "supported", (kept.number,)))
        return Cited("\n\n".join(paragraphs), tuple(places.values()), tuple(claims))


def cite(
    text: str,
    question: str,
    evidence: Sequence[Sentence],
    language: Language,
    gate: Gate,
    *,
    shown: Sequence[Passage] = (),
    elsewhere: Sequence[Sentence] = (),
    mark: bool = False,
) -> Cited:
    """The sentences of ``text`` that say something and that the evidence bears out.

    ``evidence`` is best first; the first that lets a sentence through ``gate`` is cited. The
    [numbers] that the model wrote name the ``shown`` passages: a sentence that these do not bear
    out, but the evidence or what stands ``elsewhere`` does, is cited anew. One that nothing bears
    out is left out, or marked as unverified where ``mark`` says so. A sentence that repeats
    another, or only the question, says nothing.
    """
    asked = set(analyse(question, language))
    kept: dict[str, _Kept] = {}
    for sentence, numbers in _sentences(text):
        words = set(analyse(sentence, language))
        is_cut = gate.finished and sentence[-1] not in _SENTENCE_ENDS
        if len(words) < 2 or words <= asked or sentence in kept or is_cut:
            continue
        chunks = {shown[n - 1].chunk_id for n in numbers if 0 < n <= len(shown)}
        cited = [item for item in evidence if item.passage.chunk_id in chunks]
        found = judge(sentence, cited, [*evidence, *elsewhere], language, gate)
        holds = found.label in ("supported", "misattributed")
        if holds or mark:
            kept[sentence] = _Kept(sentence, found.label, found.places if holds else ())
    return _numbered(list(kept.values()), UNVERIFIED[language])


def cannot_be_cited(written: str, evidence: Sequence[Sentence], language: Language) -> bool:
    """Whether the sentence that is being written is lost for ``cite``, however it goes on.

    Where the gate wants words in order. The last word may not be whole yet, and is passed over.
    """
    begun = _sentences(_LAST_WORD.sub("", written))
    if not begun:
        return False
    sentence = begun[-1][0]
    if sentence[-1] in _SENTENCE_ENDS and len(set(analyse(sentence, language))) < 2:
        return False  # "Yes.": ``cite`` passes over it, and what follows may hold
    return all(is_astray(sentence, item, language) for item in evidence)


def quote(evidence: Sequence[Sentence]) -> Cited:
    """The evidence itself as the answer: each sentence in the document's own words."""
    said = [
        _Kept(spoken(item.text, item.passage.source), "supported", (item,)) for item in evidence
    ]
    return _numbered(said, "")


@dataclass(frozen=True)
class _Kept:
    """A sentence that is said, and where it stands."""

    text: str
    label: Label
    places: tuple[Sentence, ...]


def _sentences(text: str) -> list[tuple[str, list[int]]]:
    """Each sentence without its markers, and the numbers in them.

    A marker after the full stop belongs to the sentence before it.
    """
    found: list[tuple[str, list[int]]] = []
    joined = re.sub(r"([.!?…])((?:\s*\[\d+(?:\s*,\s*\d+)*\])+)", r"\2\1", text.strip())
    for start, end in sentences(joined):
        sentence = joined[start:end]
        numbers = [int(n) for group in _MARKER.findall(sentence) for n in group.split(",")]
        bare = _MARKER.sub("", sentence).strip()
        if bare:
            found.append((bare, numbers))
    return found


def _words(text: str) -> str:
    """The words alone, and the signs that belong to figures."""
    return _BETWEEN_WORDS.sub(" ", text).strip()


def _numbered(kept: Sequence[_Kept], unverified: str) -> Cited:
    numbers: dict[tuple[str, int | None, int], int] = {}
    citations: list[Citation] = []
    claims: list[Claim] = []
    parts: list[str] = []
    for item in kept:
        own: list[int] = []
        for sentence in item.places:
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
            own.append(numbers[place])
        claims.append(Claim(item.text, item.label, tuple(own)))
        marks = " ".join(f"[{number}]" for number in own) or unverified
        parts.append(f"{item.text} {marks}")
    return Cited(" ".join(parts), tuple(citations), tuple(claims))
