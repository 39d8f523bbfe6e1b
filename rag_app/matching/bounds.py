"""Whether a figure keeps the word that bounds or places it: "at most 20" is not 20. Pure."""

import re
from collections.abc import Sequence

from rag_app.matching.figures import Figure, says

_BINDING = frozenset(
    "most least to about over under than within after before until till since by nearly almost"
    " approximately around roughly between from for with without every per only above below"
    " máximo mínimo até de cerca quase aproximadamente após antes desde dentro entre por com sem"
    " cada apenas só sobre acima abaixo".split()
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[^\w.;]*\Z")
_FAR = 40  # characters in which the word before a figure stands


def is_unbound(claim: str, claimed: Sequence[Figure], text: str, told: Sequence[Figure]) -> bool:
    """Whether a figure of the claim has lost the word that stands before it in the text.

    ``claimed`` and ``told`` are the figures of both.
    """
    for figure in claimed:
        mine = _before(claim, figure)
        theirs = {_before(text, other) for other in told if says(figure, [other])}
        if theirs and mine not in theirs and theirs <= _BINDING:
            return True
    return False


def _before(text: str, figure: Figure) -> str:
    found = _WORD_BEFORE.search(text, max(figure.start - _FAR, 0), figure.start)
    return found[1].lower() if found else ""
