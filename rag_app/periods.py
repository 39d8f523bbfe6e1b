"""The years, quarters and months that a text names, in English and Portuguese. Pure."""

import re

from rag_app.dates import MONTHS

Periods = dict[str, frozenset[int]]  # "year", "quarter" and "month" -> those named

_YEAR = re.compile(
    r"(?<![\d.,$€£])(?P<decade>(?i:década\s+de|anos)\s+)?(?P<year>1[5-9]\d\d|20\d\d)(?P<ten>s)?"
    r"(?:[/–-](?P<next>\d\d))?(?!\d|[.,]\d|\s?%)"
    r"|(?i:\bFY)\s?'?(?P<short>\d\d)\b"
)
_QUARTER = re.compile(
    r"(?i)\b(?:[qt](?P<after>[1-4])|(?P<before>[1-4])[qt])\b"
    r"|\b(?P<word>first|second|third|fourth|primeiro|segundo|terceiro|quarto|[1-4](?:º|st|nd|rd|th))"
    r"\s+(?:fiscal\s+)?(?:quarter|trimestre)"
)
_NTH = {"f": 1, "s": 2, "t": 3}  # of the words above, by letter; "fourth" and "quarto" apart
_MONTH = re.compile(r"(?i)\b(?:{})\b".format("|".join(MONTHS)))
_AMBIGUOUS = re.compile(r"(?:in|of|since|during|until|by|for|last|this)\s$|^\s\d")  # around "may"
_OPEN_ENDED = re.compile(
    r"(?i)\b(?:before|after|since|until|till|between|antes|depois|após|desde|até|entre|a\s+partir"
    r"|(?:from|de)\s+(?:\w+\s+)?\d{4}\s+(?:to|a)\s)"
)


def periods(text: str) -> Periods:
    """What the text names, each kind as numbers.

    >>> periods("Income in Q3 of 2022, and in May 2023")["year"] == {2022, 2023}
    True
    >>> periods("the third quarter; it may rise")
    {'year': frozenset(), 'quarter': frozenset({3}), 'month': frozenset()}
    """
    years: set[int] = set()
    for match in _YEAR.finditer(text):
        if match["short"]:
            years.add(2000 + int(match["short"]))
            continue
        year = int(match["year"])
        years |= set(range(year, year + 10)) if match["ten"] or match["decade"] else {year}
        if match["next"]:
            years.add(year - year % 100 + int(match["next"]))
    quarters = {_quarter(match) for match in _QUARTER.finditer(text)}
    months = {
        next(i for i, names in enumerate(MONTHS, 1) if match.group().lower() in names.split("|"))
        for match in _MONTH.finditer(text)
        if _is_month(match)
    }
    return {
        "year": frozenset(years), "quarter": frozenset(quarters), "month": frozenset(months)
    }  # fmt: skip


def is_of_another_period(question: str, said: str, around: str) -> bool:
    """Whether what is said tells of another year, quarter or month than the one asked for.

    That is so where it names one, and neither it nor the text ``around`` it names any that the
    question does. What happened before or since a time may be told under another, and what
    lasted under its first and last year.
    """
    if _OPEN_ENDED.search(question) or _OPEN_ENDED.search(said):
        return False
    asked, told, beside = periods(question), periods(said), periods(f"{around} {said}")
    return any(
        asked[kind]
        and told[kind]
        and asked[kind].isdisjoint(beside[kind])
        and not any(min(told[kind]) < number < max(told[kind]) for number in asked[kind])
        for kind in asked
    )


def _quarter(match: re.Match[str]) -> int:
    if number := match["after"] or match["before"]:
        return int(number)
    word = match["word"].lower()
    if word[0].isdigit():
        return int(word[0])
    return 4 if word in {"fourth", "quarto"} else 1 if word == "primeiro" else _NTH[word[0]]


def _is_month(match: re.Match[str]) -> bool:
    """May and march are verbs, and august is no month, unless they stand as a month does."""
    word = match.group()
    if word.lower() not in {"may", "march", "august"} or word in {"March", "August"}:
        return True
    before, after = match.string[: match.start()], match.string[match.end() :]
    return _AMBIGUOUS.search(before[-7:]) is not None or re.match(r"\s\d", after) is not None
