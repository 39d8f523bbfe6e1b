"""Whether a table's row is that of the day of the week that a question names. Pure."""

import re
from collections.abc import Sequence

_DAYS = (  # of English in short, and of Portuguese, Monday first
    "mon(?:day)?s?|seg(?:unda)?|2ª",
    "tue(?:s|sdays?)?|ter(?:ça)?|3ª",
    "wed(?:nesdays?)?|qua(?:rta)?|4ª",
    "thu(?:rs?|rsdays?)?|qui(?:nta)?|5ª",
    "fri(?:days?)?|sex(?:ta)?|6ª",
    "sat(?:urdays?)?|s[áa]b(?:ados?)?",
    "sun(?:days?)?|dom(?:ingos?)?",
)
_DAY = re.compile(
    r"(?i)(?<!\w)(?:{})(?:-feira)?(?!\w)".format("|".join(f"({day})" for day in _DAYS))
)
_WHOLE = re.compile(r"(?i)(?:mon|tues|wednes|thurs|fri|satur|sun)days?|.*-feira|s[áa]bado|domingo")
_BETWEEN = re.compile(r"\s*(?:(?P<until>[-–]|to|a|até)|[,/&+]|and|e)?\s*")


def is_of_another_day(question: str, row: Sequence[tuple[str, str]]) -> bool:
    """Whether a cell of the row is another day, or other days, and nothing in it the one asked for.

    >>> is_of_another_day("When is it open on Friday?", [("Day", "Mon-Thu"), ("Hours", "9-17")])
    True
    """
    asked = {day for day, it in _found(question) if is_day(it.group())}
    if not asked:
        return False
    told = {day for _, cell in row for day in _days_alone(cell)}
    named = {day for head, cell in row for day, _ in _found(f"{head} {cell}")}
    return bool(told) and asked.isdisjoint(told | named)


def is_day(word: str) -> bool:
    """Whether it is the name of a day, in full."""
    return _WHOLE.fullmatch(word) is not None


def _found(text: str) -> list[tuple[int, re.Match[str]]]:
    return [((match.lastindex or 1) - 1, match) for match in _DAY.finditer(text)]


def _days_alone(cell: str) -> set[int]:
    """The days of a cell that holds nothing else: "Mon, Wed", "segunda a quinta"."""
    days: set[int] = set()
    at, last = 0, -1
    for day, match in _found(cell):
        gap = _BETWEEN.fullmatch(cell[at : match.start()])
        if gap is None:
            return set()
        if gap["until"] and last >= 0:
            days |= {(last + step) % 7 for step in range((day - last) % 7)}
        days.add(day)
        at, last = match.end(), day
    return days if not cell[at:].strip(" .") else set()
