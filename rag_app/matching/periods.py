"""The years, quarters and months that a text names, in English and Portuguese. Pure."""

import re

from rag_app.matching.dates import MONTH_OF

Periods = dict[str, frozenset[int]]  # "year", "quarter" and "month" -> those named

_YEAR = re.compile(
    r"(?<![\d.,$€£])(?P<decade>(?i:década\s+de|anos)\s+)?(?P<year>1[5-9]\d\d|20\d\d)(?P<ten>s)?"
    r"(?:[/–-](?P<next>\d\d)(?![/–-]?\d))?(?!\d|[.,]\d|\s?%)"
    r"|(?i:\bFY)\s?'?(?P<short>\d\d)\b"
)
_ORDINAL = (
    r"first|second|third|fourth|primeiro|segundo|terceiro|quarto|[1-4](?:\.?[ºo]|st|nd|rd|th)"
)
_QUARTER = re.compile(
    r"(?i)\b(?:[qt](?P<after>[1-4])|(?P<before>[1-4])[qt])(?P<year>\d\d|20\d\d)?\b"
    rf"|\b(?P<word>{_ORDINAL})(?=(?:,?\s(?:(?:and|or|to|e|ou|a|o|the)\s){{1,2}}(?:{_ORDINAL})){{0,3}}"
    r"\s+(?:fiscal\s+)?(?:quarter|trimestre))"
)
_NTH = {"f": 1, "s": 2, "t": 3}  # of the words above, by letter; "fourth" and "quarto" apart
_MONTH = re.compile(r"(?i)\b(?:{})\b".format("|".join(MONTH_OF)))
_SHORT_MONTHS = {name[:3]: number for name, number in MONTH_OF.items() if name != "may"} | {
    "sept": 9
}
_SHORT_MONTH = re.compile(
    r"(?<![^\W_])(?i:{})(?=[/.-]\d)|(?<![^\W_])(?:{})(?![^\W_])".format(
        "|".join(_SHORT_MONTHS), "|".join(_SHORT_MONTHS).title()
    )
)
_DAY = re.compile(r"(?<!\d)(?:\d{4}([-/.])(\d\d?)\1\d\d?|(\d\d?)([-/.])(\d\d?)\4\d{4})(?!\d)")
_AMBIGUOUS = re.compile(r"(?:in|of|since|during|until|by|for|last|this)\s$|^\s\d")  # around "may"
# "between $5m and $6m" and "until 4%" tell of amounts, and of no time.
_NO_AMOUNT = (
    r"(?!\s+(?:(?-i:US|R|CA|A)?[$€£]\s?\d|(?-i:[A-Z]{3})\s\d"
    r"|\d[\d.,]*\s?(?:%|percent|per\s+cent|por\s+cento|million|billion|thousand|milh|bilh)))"
)
_OPEN_ENDED = re.compile(
    r"(?i)\b(?:(?:before|after|since|until|till|between|antes|depois|após|desde|até|entre|a\s+partir)"
    rf"\b{_NO_AMOUNT}"
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
    quarters: set[int] = set()
    for match in _YEAR.finditer(text):
        if match["short"]:
            years.add(2000 + int(match["short"]))
            continue
        year = int(match["year"])
        years |= set(range(year, year + 10)) if match["ten"] or match["decade"] else {year}
        if match["next"]:
            years.add(year + (int(match["next"]) - year) % 100)
    for match in _QUARTER.finditer(text):
        quarters.add(_quarter(match))
        if match["year"]:  # 3T23
            years.add(2000 + int(match["year"]) % 100)
    months = {
        MONTH_OF[match.group().lower()] for match in _MONTH.finditer(text) if _is_month(match)
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
    asked = periods(question)
    if not any(asked.values()) or _OPEN_ENDED.search(question) or _OPEN_ENDED.search(said):
        return False
    around = f"{around} {said}"
    told, beside = periods(said), periods(around)
    beside["month"] |= _written_otherwise(around)
    return any(
        asked[kind]
        and told[kind]
        and asked[kind].isdisjoint(beside[kind])
        and not any(min(told[kind]) < number < max(told[kind]) for number in asked[kind])
        for kind in asked
    )


def _written_otherwise(text: str) -> frozenset[int]:
    """The months that a text may mean by "Fev" and 14/06/2023; which of two it is, is not told."""
    short = {_SHORT_MONTHS[word.lower()] for word in _SHORT_MONTH.findall(text)}
    dated = {int(it) for _, *parts in _DAY.findall(text) for it in parts if it.isdecimal()}
    return frozenset(short | {number for number in dated if 1 <= number <= 12})


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
