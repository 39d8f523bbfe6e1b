"""What of passages may be quoted: sentences and table rows, but no headings and no orders. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag_app.injection import honest
from rag_app.values import Passage

_FEWEST_WORDS = 3  # of a sentence that has no figure
_LONGEST = 600  # characters; a longer stretch is no quotation


_WORD = re.compile(r"[^\W\d_]+")
_MORE_THAN_WORDS = re.compile(r"[\d:|;]|[.!]\s*$")  # a line in capitals without is a heading
_HEADING = re.compile(r"(?m)^#{1,6}[ \t]+(\S.*)$")
_RULE = re.compile(r"\|[\s:|-]+")
_FIGURE = re.compile(r"\d[\d.,]{2,}|\d\s*%")
_DATED = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")  # a year, of which a heading says nothing
_SECTION = re.compile(r"^[#\s]*\d{1,2}(?:\.\d{1,2})*[.)]?\s+(?=[^\W\d_])")  # "5.3 LoRA"


@dataclass(frozen=True)
class Stretch:
    """A sentence or table row of a passage, or a sentence with the one that announces it."""

    passage: Passage
    start: int  # characters into the page's text
    end: int
    header: str = ""  # of the Markdown table whose row it is

    @property
    def text(self) -> str:
        """The words as they stand in the document."""
        return self.passage.between(self.start, self.end)


def stretches(passages: Sequence[Passage]) -> list[Stretch]:
    """All that says something, in order; what instructs the machine that reads it is left out."""
    named = {_bare(it) for p in passages for it in (p.title, *p.headings, *_own_headings(p))}
    titles = sorted(named - {""}, key=len, reverse=True)
    found: list[Stretch] = []
    for passage in passages:
        headers, skipped = _tables(passage)
        found += [
            Stretch(passage, start, end, headers.get(start, ""))
            for start, end in honest(passage, _spans(passage))
            if start not in skipped and _says_something(passage.between(start, end), titles)
        ]
    return found


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
