"""Names of several words, and whether a table's row has another one that shares a word. Pure.

"Mercado Central" and "Empório Central" are two customers: where a question asks of the one, the
row of the other has half of its words.
"""

import re
from functools import lru_cache

from rag_app.terms import stems_in, words_of

_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w'’&]+"
_RUN = re.compile(rf"{_CAPITALISED}(?:\s+(?:(?:d[aeo]s?|of|the|e|and|&)\s+)*{_CAPITALISED})+")


def is_row_of_another_name(question: str, row: str, passage: str, above: str = "") -> bool:
    r"""Whether the ``row`` has a part of a name that the question gives, and another row the rest.

    ``passage`` is the text that the row stands in, ``above`` what is said over it: words of a name
    that stand there a row may leave out.

    >>> table = "| Mercado Sul | 12 |\n| Empório Central | 30 |"
    >>> is_row_of_another_name("Quanto deve o Mercado Central?", table.split("\n")[1], table)
    True
    """
    if not (names := _names(question)):
        return False
    own = stems_in(f"{above} {row}")
    for name in names:
        held = [word for word in name if word & stems_in(row)]
        missing = [word for word in name if not word & own]
        if held and missing:
            others = (line for line in passage.split("\n") if line.strip() and line not in row)
            if any(all(word & stems_in(line) for word in missing) for line in others):
                return True
    return False


@lru_cache(maxsize=64)
def _names(question: str) -> list[list[frozenset[str]]]:
    """The words of each name of several; a question's first word is capital for standing first."""
    runs = [
        run.group().partition(" ")[2] if run.start() == 0 else run.group()
        for run in _RUN.finditer(question)
    ]
    return [words for run in runs if len(words := words_of(run)) > 1]
