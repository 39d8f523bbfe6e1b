"""Things told apart by a number, "line 15" and CP-300X, and whether a text is of another one. Pure.

They are alike in all but that to an embedder and to keyword search: where a question asks of line
15, what is told of line 5 is near, and wrong.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag_app.language import ALL_STOP_WORDS
from rag_app.matching.dates import MONTH_OF
from rag_app.terms import stems_in

# "line 15", "plant no. 3", "Lei nº 8", "B-14"; not the 1 of "version 1.2".
_NUMBERED = re.compile(
    r"(?<![^\W\d_])(?P<noun>[^\W\d_]{2,})(?:\s+(?:n[º°.]\s*|no\.\s*|#)?|[-‐‑])"
    r"0*(?P<number>\d{1,9})\b(?![.,]\d)"
)
# "S22", "CP-300".
_CODE = re.compile(r"(?<![^\W_])([^\W\d_]{1,4})[-‐‑]?(\d{1,9})(?![^\W_])")
# "CP-300X" is another thing than "CP-300"; a plural's "s" makes none.
_VARIANT = re.compile(
    r"(?<![^\W_])([^\W\d_]{1,4})[-‐‑]?(\d{1,9})((?!s(?![^\W_]))[^\W\d_]{0,2})s?(?![^\W_])"
)
_HALF = re.compile(r"(?i)h[12]")  # of a year, which is often told in words
# In prose a number may belong to what follows it, "above 300 kg": it is the noun's where an article
# stands before that, where the noun is a name, or where a hyphen joins them.
_TOLD_APART = re.compile(
    r"\b(?:the|[oa]s?|[dn][oa]s?|aos?|às?|pel[oa]s?)\s+(?P<thing>[^\W\d_]{2,}\s+(?:n[º°.]\s*|#)?\d{1,9})\b"
    r"(?![.,]\d|\s?%)"
    r"|(?<=[^.!?\s]\s)(?P<name>[A-ZÀ-ÖØ-Þ][^\W\d_]+\s+\d{1,9})\b(?![.,]\d|\s?%)"
    r"|(?<![^\W_])(?P<joined>[^\W\d_]{2,}[-‐‑]\d{1,9})(?![^\W_])"
)
# A part of a document cites others, and is known by its place: where it names another it may be it.
_PARTS = frozenset(
    "article section clause chapter part paragraph item page figure table annex appendix note"
    " artigo seção secção cláusula capítulo parte parágrafo inciso página figura tabela quadro"
    " anexo apêndice nota".split()
)
_PARTS_STEMS = frozenset(stem for part in _PARTS for stem in stems_in(part))
# The digits of a day, or behind a decimal mark, are no thing's number.
_NO_NUMBER = re.compile(
    r"(?<!\d)\d{1,4}([-/.])\d\d?\1\d{1,4}(?!\d)|(?<![\d.,])\d+[.,](?!\d{3}(?!\d))\d+"
)
_QUARTERS = frozenset({"q", "t", "fy"})  # Q3 is a period, which is often told in words
_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_NUMBER = re.compile(r"\d+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d{3}){1,2}(?![\d.,])")
# "1-40", "1 até 40"; not "2023-04-05".
_RANGE = re.compile(r"(?<![\w/-])(\d{1,9})\s?(?:[-–]|to|a|até)\s?(\d{1,9})(?![\w/-])")
_ROMAN = re.compile(r"\b(?P<tens>X{0,3})(?P<ones>IX|IV|V?I{0,3})\b(?<=[XVI])")
_ONES = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_PASSED_OVER = frozenset(
    ALL_STOP_WORDS
    | set(MONTH_OF)
    | {"quarter", "trimestre", "top", "first", "last", "than", "least"}
)


@dataclass(frozen=True)
class Numbered:
    """A thing that a question tells from its like by a number: line 15, plant 3."""

    stems: frozenset[str]  # of its noun, in either language
    number: int


def numbered_things(text: str) -> list[Numbered]:
    """Those that a text names.

    >>> [thing.number for thing in numbered_things("How much did plant 5 make in Q3 of 2022?")]
    [5]
    """
    return [
        Numbered(stems_in(match["noun"]), int(match["number"]))
        for match in _NUMBERED.finditer(text)
        if match["noun"].lower() not in _PASSED_OVER and not _YEAR.fullmatch(match["number"])
    ]


def is_of_another_number(question: str, said: str, around: str) -> bool:
    """Whether what is said names by its number another thing than the one asked for.

    That is so where it has one like it, "line 3" for "line 5" or B-14 for B-30, and neither it nor
    the text ``around`` it has the number asked for.
    """
    numbers = Numbers(_NO_NUMBER.sub(" ", f"{around} {said}"))
    return any(
        told and not any(it in numbers or min(told) < it < max(told) for it in asked)
        for asked, told in _alike_things(question, said)
    )


def is_of_another_variant(question: str, row: str, passage: str) -> bool:
    """Whether the row is of a thing whose code ends in other letters: CP-300X for CP-300.

    One that is asked for without letters may have some in the table, unless another row of the
    ``passage`` has it without.
    """
    own, around = _variants(row), _variants(passage)
    return any(
        (letters, number, ending) not in own
        and any(it[:2] == (letters, number) for it in own)
        and (ending != "" or (letters, number, ending) in around)
        for letters, number, ending in _variants(question)
        if letters not in _QUARTERS
    )


def is_under_another_number(question: str, above: str, passage: str) -> bool:
    """Whether what stands ``above`` a passage names by its number another thing than is asked for.

    "Version 2" for version 3, where the passage names no other version; parts of a document, such
    as sections, follow each other in a passage, and are passed over.
    """
    asked = [thing for thing in asked_of(question)[0] if thing.stems.isdisjoint(_PARTS_STEMS)]
    if not asked:
        return False
    told, beside = numbered_things(above), numbered_things(passage)
    return any(
        any(_is_like(it, thing) for it in told)
        and not any(_is_like(it, thing) and it not in told for it in beside)
        and not any(_is_like(it, thing) and it.number == thing.number for it in told)
        for thing in asked
    )


def phrases_of_codes(question: str, passage: str) -> list[str]:
    """How keyword search may hold the question's codes whose like, and not they, the passage has.

    >>> phrases_of_codes("What does the CP-200 cost?", "The CP-100 costs 9.")
    ['cp 200', 'cp200']
    """
    around = _variants(passage)
    series = {letters for letters, _, _ in around} - _QUARTERS
    asked = [
        it
        for it in _VARIANT.finditer(question)
        if it[1].lower() in series and not _HALF.fullmatch(it[0])
    ]
    if any((it[1].lower(), int(it[2]), it[3].lower()) in around for it in asked):
        return []
    return [f"{it[1]}{gap}{it[2]}{it[3]}".lower() for it in asked for gap in (" ", "")]


@lru_cache(maxsize=64)
def asked_of(question: str) -> tuple[list[Numbered], frozenset[tuple[str, int]]]:
    """The numbered things and the codes of a question."""
    return numbered_things(question), codes_in(question)


def codes_in(text: str) -> frozenset[tuple[str, int]]:
    """Letters that a number follows at once, as in S22, in lower case."""
    return frozenset((match[1].lower(), int(match[2])) for match in _CODE.finditer(text))


class Numbers:
    """The numbers of a text: 7, 007, 1,205, VII, and those from 1 to 40."""

    def __init__(self, text: str) -> None:
        self.alone = text.strip().isdecimal()
        self._each = {int(number) for number in _NUMBER.findall(text) if len(number) < 10}
        self._each |= {int(re.sub("[.,]", "", it)) for it in _THOUSANDS.findall(text)}
        self._each |= {
            10 * len(match["tens"]) + _ONES.index(match["ones"])
            for match in _ROMAN.finditer(text)
            if match.group()
        }
        self._ranges = [(int(first), int(last)) for first, last in _RANGE.findall(text)]

    def __contains__(self, number: int) -> bool:
        return number in self._each or any(low <= number <= high for low, high in self._ranges)

    def __bool__(self) -> bool:
        return bool(self._each)


def _is_like(thing: Numbered, other: Numbered) -> bool:
    return not thing.stems.isdisjoint(other.stems)


def _alike_things(question: str, said: str) -> list[tuple[set[int], set[int]]]:
    """The numbers that the question and what is said give to things of one kind."""
    found: list[tuple[set[int], set[int]]] = []
    codes = codes_in(said)
    for letters in {letters for letters, _ in codes_in(question)} - _QUARTERS:
        asked = {number for it, number in codes_in(question) if it == letters}
        found.append((asked, {number for it, number in codes if it == letters}))
    things = numbered_things(said)
    named = " ".join(filter(None, (match[match.lastgroup or 0] for match in _told_apart(question))))
    for thing in numbered_things(named):
        told = {it.number for it in things if not it.stems.isdisjoint(thing.stems)}
        asked = {it.number for it in numbered_things(named) if it.stems == thing.stems}
        found.append((asked, told))
    return found


def _told_apart(question: str) -> list[re.Match[str]]:
    return [
        match
        for match in _TOLD_APART.finditer(question)
        if match.lastgroup
        and not _PARTS & set(re.findall(r"[^\W\d_]+", match[match.lastgroup].lower()))
    ]


def _variants(text: str) -> frozenset[tuple[str, int, str]]:
    """Codes with the letters that they end in, in lower case."""
    return frozenset(
        (match[1].lower(), int(match[2]), match[3].lower()) for match in _VARIANT.finditer(text)
    )
