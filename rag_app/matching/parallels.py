"""Where a sentence says of one name what a question asks of another, in like words. Pure.

"No jobs will be lost in Stavanger" has nearly all of "How many jobs will be lost in Gdansk?". A
name that only stands somewhere in a question may be its setting ("the limit for a trip to
Gdansk"), and a general sentence answers that; one in the very place of another is what differs.
"""

import re

from rag_app.terms import words_of

_NAME = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*[a-zà-öø-ÿ][^\W\d_]+"
_PLACED = re.compile(
    r"(?P<head>[^\W\d_]{3,})\s+(?P<preposition>in|at|for|from|to|of|with|by)\s+(?:the\s+)?"
    rf"(?P<name>{_NAME}(?:\s{_NAME})*)"
)


def names_in_the_place_of_others(question: str, said: str) -> list[str]:
    """Names of the question in whose place, after the same two words, the sentence has another.

    >>> names_in_the_place_of_others("How many jobs are lost in Gdansk?", "Jobs lost in Oslo: 5.")
    ['Gdansk']
    """
    told = list(_PLACED.finditer(said))
    asked = _PLACED.finditer(question)
    return [own["name"] for own in asked if any(_is_beside(own, other) for other in told)]


def _is_beside(own: re.Match[str], other: re.Match[str]) -> bool:
    """Whether they are alike but for the name."""
    return (
        own["preposition"] == other["preposition"]
        and own["name"] != other["name"]
        and any(
            word & beside for word in words_of(own["head"]) for beside in words_of(other["head"])
        )
    )
