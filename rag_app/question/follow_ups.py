"""Questions that may come next, from what else was retrieved. Pure, no model."""

import re
from collections.abc import Iterator

from rag_app.language import Language
from rag_app.terms import analyse
from rag_app.values import Answer, Passage

_MOST = 3
_SHORTEST, _LONGEST = 4, 60  # characters of a heading that makes a question
_NUMBERING = re.compile(r"^[\s\dIVXivx.()–-]*[.)–-]\s+|^\d[\d.]*\s+")
_CONTENTS = re.compile(r"(?i)(table of )?contents\b|índice\b|sumário\b")
_QUESTION: dict[Language, str] = {
    "en": "What is said about “{heading}” in “{title}”?",
    "pt": "O que se diz sobre “{heading}” em “{title}”?",
}


def follow_ups(answer: Answer) -> list[str]:
    """A few questions, in the answer's language, on sections found beside its own.

    A section is left out that the answer cites, or whose words the question has already.
    """
    language = answer.language
    asked = set(analyse(answer.question, language))
    found: dict[str, str] = {}
    for passage in answer.passages:
        if is_cited(passage, answer):
            continue
        for heading in _headings(passage):
            words = set(analyse(heading, language))
            if words and not words <= asked and heading not in _title(passage):
                question = _QUESTION[language].format(title=_title(passage), heading=heading)
                found.setdefault(heading.casefold(), question)
                break
    return list(found.values())[:_MOST]


def is_cited(passage: Passage, answer: Answer) -> bool:
    """Whether a citation of the answer stands in the passage."""
    return any(
        (citation.source, citation.page) == (passage.source, passage.page)
        and passage.start <= citation.start < passage.end
        for citation in answer.citations
    )


def _title(passage: Passage) -> str:
    """What the document is called in a question: it then names the document that is searched."""
    title = " ".join(passage.title.split())
    stem = passage.source.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return title if 0 < len(title) <= _LONGEST else stem


def _headings(passage: Passage) -> Iterator[str]:
    """The passage's section titles that can stand in a question, innermost first."""
    for title in reversed(passage.headings):
        plain = _NUMBERING.sub("", " ".join(title.split())).strip(" .:–-")
        is_said = _SHORTEST <= len(plain) <= _LONGEST and any(map(str.isalpha, plain))
        if is_said and not _CONTENTS.match(plain):
            yield plain
