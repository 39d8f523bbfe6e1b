"""Text into the smallest stretches that can stand alone: sentences, and rows of tables.

Rules, not a model: they must run over millions of sentences, in two languages, on text whose
lines a PDF broke where the page ended.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

Span = tuple[int, int]  # [start, end), characters

_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_LIST_ITEM = re.compile(
    r"[ \t]*(?:[-*•▪◦‣·–]|\(?\d{1,3}(?:\.\d{1,2}){0,3}[.)]|\(?[a-zA-Z][.)]|[IVX]{1,5}\s?[-–—])\s+\S"
)
_END = re.compile(r"[.!?…][\"'”’»)\]]*(?:\[\d+\])*(?=\s+[\"'“‘«(\[¿¡]*[A-Z0-9À-ÖØ-Þ])")
_ABBREVIATIONS = frozenset(
    """
        mr mrs ms dr prof sr sra dra jr st inc corp ltd co cos llc plc no nos vs etc eg ie
        e.g i.e cf al fig figs eq eqs sec ch vol pp p pg pág págs art arts núm n ed eds
        est approx dept univ jan feb mar apr jun jul aug sep sept oct nov dec fev abr mai
        ago set out dez u.s u.k u.n d.c exa exmo ilmo av r ltda cia s.a a.c d.c ph.d m.d
        b.sc m.sc tel eng arq dep sen gov gen proc ref rev hon esq capt cmdr lt sgt maj messrs
        bros pub supp incl aprox obs profa
    """.split()
)
_FIELD = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:[ -][^\W\d_]+){0,3}:\s+\S")  # "Reply to: Ana"
_NUMBER = re.compile(r"^[(\[$€£R]*[-–—+]?[\d][\d.,]*[)%\]xX]*$|^[—–-]$|^\$$|^%$|^N/?A$")
_NUMBERED = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]{1,3}|ca|cap|chap|paras?")  # "Reg. 12", "chap. 3"
_CLAUSE = re.compile(r"\d+(?:\.\d{1,2}){0,3}")
_SENTENCE_TAIL = re.compile(
    r"[,;:(–—-]$|\b(?:the|a|an|of|to|and|or|in|for|de|da|do|e|ou|em|o|os|as)$"
)


def sentences(text: str, rows: Sequence[Span] = ()) -> list[Span]:
    """Spans of the sentences and rows of ``text``, in order, trimmed, none empty.

    Together they hold every character of ``text`` that is not white space. ``rows`` are
    spans that are known to be table rows; other rows are told by their figures.
    """
    spans: list[Span] = []
    at = 0
    for start, end in sorted(rows):
        if start >= at:
            spans += _prose(text, at, start)
            spans += _trimmed(text, start, end)
            at = end
    spans += _prose(text, at, len(text))
    return spans


def _prose(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for gap in _BLANK_LINE.finditer(text, start, end):
        yield from _paragraph(text, at, gap.start())
        at = gap.end()
    yield from _paragraph(text, at, end)


def _paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    lines = list(_lines(text, start, end))
    width = max((stop - first for first, stop in lines), default=0)
    block = start
    for (first, stop), (after, after_stop) in pairwise(lines):
        if _breaks(text[first:stop], text[after:after_stop], width):
            yield from _in_block(text, block, stop)
            block = after
    yield from _in_block(text, block, end)


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if text[at:stop].strip():
            yield at, stop
        at = stop + 1


def _breaks(line: str, following: str, width: int) -> bool:
    """Whether the line break between two lines ends what the first one says."""
    line, following = line.strip(), following.strip()
    if is_table_row(line) or is_table_row(following) or _LIST_ITEM.match(following):
        return True
    if line.startswith("#") or following.startswith(("#", "|", "```")):
        return True
    if _FIELD.match(line) and _FIELD.match(following):
        return True
    if _SENTENCE_TAIL.search(line) or following[:1].islower():
        return False
    return len(line) < 0.6 * width or len(line) < 40


def _in_block(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for match in _END.finditer(text, start, end):
        if not _is_abbreviation(text, at, match):
            yield from _trimmed(text, at, match.end())
            at = match.end()
    yield from _trimmed(text, at, end)


def _is_abbreviation(text: str, start: int, match: re.Match[str]) -> bool:
    if text[match.start()] != ".":
        return False
    word = re.search(r"[\w.]*$", text[max(start, match.start() - 20) : match.start()])
    token = word.group().lower() if word else ""
    if token in _ABBREVIATIONS:
        return True
    if word and _NUMBERED.fullmatch(word.group()) and text[match.end() :].lstrip()[:1].isdigit():
        return True
    # An initial ("J. Smith"), but not the end of "vitamin C. It": a capital follows either way,
    # and names are the likelier; nor a list's or a clause's number ("2. Results", "3.1. The
    # term is") at the start of its block.
    return (len(token) == 1 and token.isalpha()) or (
        _CLAUSE.fullmatch(token) is not None
        and not text[start : match.start()].strip()[: -len(token) or None].strip()
    )


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left:
        yield start + left, start + right


def is_table_row(line: str) -> bool:
    """Whether a line of text reads as a table's row: mostly figures, two or more."""
    words = line.split()
    if line.lstrip().startswith("|") and line.count("|") > 2:
        return True
    figures = sum(bool(_NUMBER.match(word)) for word in words)
    return figures >= 2 and figures >= 0.35 * len(words) and len(words) <= 40
