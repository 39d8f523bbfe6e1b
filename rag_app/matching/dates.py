"""Whole dates in a text, told by the names of their months, in English and Portuguese. Pure.

Figure by figure, "1 March 2023" stands in "from 1 April 2023 to 31 March 2026"; as a date it does
not.
"""

import re
from dataclasses import dataclass

MONTHS = (
    "january|janeiro february|fevereiro march|março april|abril may|maio june|junho july|julho"
    " august|agosto september|setembro october|outubro november|novembro december|dezembro"
).split()
MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split("|")}
_NAMED = "|".join(MONTHS)
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DATES = (
    re.compile(
        rf"(?i)\b(?:(?P<day>\d\d?)(?:st|nd|rd|th|º|°)?\s(?:of\s|de\s)?)?(?P<month>{_NAMED})\b"
        rf"(?:,?\s(?:of\s|de\s)?{_YEAR}\b)?"
    ),
    re.compile(
        rf"(?i)\b(?P<month>{_NAMED})\s(?P<day>\d\d?)(?:st|nd|rd|th)?\b(?!\d)(?:,?\s{_YEAR}\b)?"
    ),
)


@dataclass(frozen=True)
class Date:
    """A month with what is told beside it; None where it is not."""

    year: int | None
    month: int
    day: int | None
    start: int  # characters into the text
    end: int

    def agrees(self, other: "Date") -> bool:
        """Whether both can be the same day: what both tell is the same."""
        return self.month == other.month and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in ((self.year, other.year), (self.day, other.day))
        )


def dates(text: str) -> list[Date]:
    """Every month of the text that has a day or a year beside it.

    >>> [(it.day, it.month, it.year) for it in dates("from 1 April 2023 to May 5")]
    [(1, 4, 2023), (5, 5, None)]
    """
    found: dict[int, Date] = {}
    for pattern in _DATES:
        for match in pattern.finditer(text):
            day, year = match["day"], match["year"]
            if day is None and year is None:
                continue
            month = MONTH_OF[match["month"].lower()]
            told_year, told_day = (int(it) if it else None for it in (year, day))
            date = Date(told_year, month, told_day, *match.span())
            at = match.start("month")
            if at not in found or found[at].end - found[at].start < date.end - date.start:
                found[at] = date
    return list(found.values())
