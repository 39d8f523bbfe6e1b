"""What of questions and answers may pass: nothing is filtered unless RAG_CONTENT_FILTER is set.

``ask`` calls ``screen_question`` first and ``screen_answer`` last. Between them they keep the law
of citations, ``page_text[start:end] == quote``: a quote is never rewritten, it is narrowed to its
longest stretch that passes; where no word of it is left, the sentence that rests on it goes too.
"""

import importlib
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from rag_app.errors import ContentRefused, SettingError
from rag_app.personal_data import Finding, find_personal_data
from rag_app.settings import Settings
from rag_app.values import Answer, Citation, Passage

Where = Literal["question", "answer"]
Span = tuple[int, int]

WITHHELD = {
    "en": "The answer is withheld by the content filter: {reason}.",
    "pt": "A resposta foi retida pelo filtro de conteúdo: {reason}.",
}
_NOTHING_LEFT = {
    "en": "no word of its sources may pass",
    "pt": "nenhuma palavra das fontes pode passar",
}
_MARKER = re.compile(r"\s*\[(\d+)\]")
_ABUSE = Path(__file__).parent / "abuse.toml"
_WORD = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True)
class Verdict:
    """What a filter says of a text."""

    text: str  # what may pass; the text itself where nothing is wrong with it
    refused: str = ""  # why nothing may pass; "" where something may
    spans: tuple[Span, ...] = ()  # [start, end) of the text that was given, of what may not


@runtime_checkable
class ContentFilter(Protocol):
    """What RAG_CONTENT_FILTER may name as "module:object"."""

    def check(self, text: str, where: Where) -> Verdict:
        """The verdict on a text; without ``spans`` a changed text is taken as wrong as a whole."""
        ...


class PatternFilter:
    """The packaged filter: personal data by its form, abuse by a list of words."""

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses

    def check(self, text: str, where: Where) -> Verdict:
        """Mask what is found by its kind, as in "[CPF]", or refuse the text for it."""
        found = find_personal_data(text)
        found += [
            Finding(*match.span(), "abuse")
            for match in _abuse().finditer(text)
            if all(match.end() <= other.start or match.start() >= other.end for other in found)
        ]
        if not found:
            return Verdict(text)
        if self._refuses:
            kinds = ", ".join(sorted({finding.kind for finding in found}))
            return Verdict("", kinds, tuple((f.start, f.end) for f in found))
        masked = text
        for finding in sorted(found, key=lambda finding: -finding.start):
            masked = f"{masked[: finding.start]}[{finding.kind}]{masked[finding.end :]}"
        return Verdict(masked, spans=tuple((f.start, f.end) for f in found))


def screen_question(
    question: str, on_token: Callable[[str], None] | None, settings: Settings
) -> tuple[str, Callable[[str], None] | None]:
    """The question as it may be asked, and who may read the draft.

    With a filter nobody may: a word of a draft cannot be judged before the words after it.
    Raises ContentRefused, and SettingError where RAG_CONTENT_FILTER names no filter.
    """
    chosen = load_filter(settings.content_filter)
    if chosen is None:
        return question, on_token
    verdict = chosen.check(question, "question")
    if verdict.refused or (question.strip() and not verdict.text.strip()):
        reason = verdict.refused or "nothing of it is left"
        raise ContentRefused(
            f"The question was refused by the content filter ({reason}). Ask it without that; the"
            " setting RAG_CONTENT_FILTER decides."
        )
    return verdict.text, None


def screen_answer(answer: Answer, settings: Settings) -> Answer:
    """The answer as it may be shown; one that is refused says so and abstains.

    Passages are narrowed as quotes are, for they are shown too.
    """
    chosen = load_filter(settings.content_filter)
    if chosen is None:
        return answer
    passages = _narrowed_passages(answer.passages, chosen)
    narrowed = {c.number: _narrowed(c, chosen) for c in answer.citations}
    kept = tuple(citation for citation in narrowed.values() if citation is not None)
    dropped = {number for number, citation in narrowed.items() if citation is None}
    verdict = chosen.check(_without_sentences(answer.text, dropped), "answer")
    if verdict.refused or (narrowed and not kept):
        reason = verdict.refused or _NOTHING_LEFT[answer.language]
        text = WITHHELD[answer.language].format(reason=reason)
        return replace(
            answer, text=text, citations=(), claims=(), passages=passages, abstained=True,
            answered_by="filter",
        )  # fmt: skip
    claims = tuple(
        replace(claim, text=chosen.check(claim.text, "answer").text)
        for claim in answer.claims
        if not dropped.intersection(claim.numbers)
    )
    return replace(answer, text=verdict.text, citations=kept, claims=claims, passages=passages)


def veiled(page_text: str, settings: Settings) -> str:
    """A page's text for showing around a quote, each character that may not pass as "█".

    It is as long as before, so that places in it hold.
    """
    chosen = load_filter(settings.content_filter)
    if chosen is None:
        return page_text
    shown = list(page_text)
    for start, end in _wrong(page_text, chosen):
        shown[start:end] = ["\n" if c == "\n" else "█" for c in shown[start:end]]
    return "".join(shown)


@lru_cache(maxsize=8)
def load_filter(spec: str) -> ContentFilter | None:
    """The filter that RAG_CONTENT_FILTER names; None where it is empty. Raises SettingError."""
    if not spec:
        return None
    if spec in ("mask", "refuse"):
        return PatternFilter(refuses=spec == "refuse")
    module, _, name = spec.partition(":")
    try:
        made = getattr(importlib.import_module(module), name)
        chosen = made() if isinstance(made, type) else made
    except Exception as error:  # whatever the user's own module raises
        raise SettingError(
            f"RAG_CONTENT_FILTER: {spec} cannot be loaded ({type(error).__name__}: {error})."
            ' It is "mask", "refuse" or "module:object".'
        ) from error
    if not isinstance(chosen, ContentFilter):
        raise SettingError(f"RAG_CONTENT_FILTER: {spec} has no method check(text, where).")
    return chosen


def _narrowed(citation: Citation, chosen: ContentFilter) -> Citation | None:
    kept = _longest(citation.quote, chosen)
    if kept is None:
        return None
    start, end = kept
    return replace(
        citation,
        quote=citation.quote[start:end],
        start=citation.start + start,
        end=citation.start + end,
    )


def _without_sentences(text: str, dropped: set[int]) -> str:
    """The text without the sentences that end in a dropped number."""
    kept = ""
    at = 0
    for marker in _MARKER.finditer(text):
        if int(marker.group(1)) not in dropped:
            kept += text[at : marker.end()]
        at = marker.end()
    return (kept + text[at:]).strip()


def _narrowed_passages(passages: Sequence[Passage], chosen: ContentFilter) -> tuple[Passage, ...]:
    narrowed = []
    for passage in passages:
        kept = _longest(passage.text, chosen)
        if kept is not None:
            start, end = passage.start + kept[0], passage.start + kept[1]
            inside = tuple(s for s in passage.sentences if start <= s[0] and s[1] <= end)
            text = passage.text[kept[0] : kept[1]]
            narrowed.append(replace(passage, text=text, start=start, end=end, sentences=inside))
    return tuple(narrowed)


def _longest(text: str, chosen: ContentFilter) -> Span | None:
    """The longest stretch that passes, without blanks at its ends; None where it has no word."""
    best: Span | None = None
    at = 0
    for start, end in [*_wrong(text, chosen), (len(text), len(text))]:
        stretch = text[at:start]
        first = at + len(stretch) - len(stretch.lstrip())
        last = at + len(stretch.rstrip())
        longer = best is None or last - first > best[1] - best[0]
        if longer and _WORD.search(text, first, last):
            best = (first, last)
        at = max(at, end)
    return best


def _wrong(text: str, chosen: ContentFilter) -> list[Span]:
    verdict = chosen.check(text, "answer")
    if verdict.spans:
        return sorted(verdict.spans)
    return [(0, len(text))] if verdict.refused or verdict.text != text else []


@lru_cache(maxsize=1)
def _abuse() -> re.Pattern[str]:
    words = tomllib.loads(_ABUSE.read_text("utf-8"))
    either = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words["en"] + words["pt"])
    return re.compile(rf"(?i)(?<!\w)(?:{either})(?!\w)")
