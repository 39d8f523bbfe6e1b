"""Where a sentence says of one name what a question asks of another, in like words. Pure.

"No jobs will be lost in Stavanger" has nearly all of "How many jobs will be lost in Gdansk?". A
name that only stands somewhere in a question may be its setting ("the limit for a trip to
Gdansk"), and a general sentence answers that; one in the very place of another is what differs.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag_app.terms import fold, words_of

_NAME = r"[A-ZÀ-ÖØ-Þ][^\W\d_]*[a-zà-öø-ÿ][^\W\d_]+"
_A_NAME = re.compile(_NAME)
_ALIKE = 0.7  # of the letters of both, in order: "Mepal" is Nepal, "Baghdad" is not Paris
_PLACED = re.compile(
    r"(?<![^\W\d_])(?P<head>[^\W\d_]{3,})\s+"
    r"(?P<preposition>in|at|for|from|to|of|with|by|em|n[ao]s?|d[aeo]s?|para|por|com)\s+(?:the\s+)?"
    rf"(?P<name>{_NAME}(?:\s(?:d[aeo]s?\s)?{_NAME})*)"
)


# By these a text calls what it has named before: "the Company" is Apple.
_ROLES = frozenset(
    "company group bank supplier contractor customer client vendor buyer seller agreement contract"
    " programme program project institute university government board plan policy"
    " companhia empresa sociedade grupo banco fornecedor contratada contratante cliente comprador"
    " vendedor contrato acordo programa projeto instituto universidade governo sistema"
    " plano".split()
)
_ASKS_WHAT = re.compile(
    r"(?i)\b(?:what|who|whom|whose|when|where|which|why|how|que|quê|quem|quando|onde|qual|quais"
    r"|como|quant[oa]s?)\b"
)


@dataclass(frozen=True)
class Displaced:
    """A name of a question in whose place a sentence has another."""

    name: str
    is_place: bool  # that something is told of: "jobs lost in Gdansk", "empregos em Gdansk"


def names_in_the_place_of_others(question: str, said: str) -> list[Displaced]:
    """Names of the question in whose place, after the same two words, the sentence has another.

    >>> names_in_the_place_of_others("How many jobs are lost in Gdansk?", "Jobs lost in Oslo: 5.")
    [Displaced(name='Gdansk', is_place=True)]
    >>> names_in_the_place_of_others("Quanto chove no Brasil?", "Chove na Argentina.")
    [Displaced(name='Brasil', is_place=True)]
    """
    told = [
        other
        for other in _PLACED.finditer(said)
        if other["name"].lower() not in _ROLES and other["name"] not in question
    ]
    return [
        Displaced(own["name"], _plain(own["preposition"]) in {"in", "at", "em"})
        for own in _PLACED.finditer(question)
        if any(_is_beside(own, other) for other in told)
    ]


def asks_whether(question: str) -> bool:
    """Whether yes or no is wanted: what is said of another name then puts the asker right.

    >>> asks_whether("Is the plant in Germany?"), asks_whether("Who is in Germany?")
    (True, False)
    """
    return _ASKS_WHAT.search(question) is None


def may_misspell(word: str, text: str) -> bool:
    """Whether the word may be meant for a name that stands in the text, whatever its accents.

    >>> may_misspell("Instanbul", "He is the mayor of Istanbul.")
    True
    """
    written = SequenceMatcher(b=fold(word.lower()))
    for name in _A_NAME.findall(text):
        written.set_seq1(fold(name.lower()))
        if written.ratio() >= _ALIKE:
            return True
    return False


def _is_beside(own: re.Match[str], other: re.Match[str]) -> bool:
    """Whether they are alike but for the name."""
    return (
        _plain(own["preposition"]) == _plain(other["preposition"])
        and own["name"] != other["name"]
        and any(
            word & beside for word in words_of(own["head"]) for beside in words_of(other["head"])
        )
    )


def _plain(preposition: str) -> str:
    """Without the article that Portuguese writes into it."""
    return {"n": "em", "d": "de"}.get(preposition[0], preposition)
