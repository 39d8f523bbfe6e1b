"""Claims that turn a text around: "less" for "more", one name in the place of another. Pure.

Such a claim has every word of the text, so no share of words tells it from one that is true.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag_app.language import Language
from rag_app.matching.dates import dates
from rag_app.matching.figures import Figure
from rag_app.terms import analyse

_A_WORD = re.compile(r"[^\W\d_]+")
# An amount behind a word that bounds it, and not what a preposition leads: "over the term".
_AMOUNT = (
    r"(?=\s+(?:[A-Z]{0,3}[$€£]\s?)?(?:\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve"
    r"|fifteen|twenty|thirty|sixty|ninety|um|uma|dois|duas|três|quatro|cinco|seis|sete|oito|nove"
    r"|dez|doze|quinze|vinte|trinta|sessenta|noventa)\b))"
)
# Words that turn a claim around, in stems of what they begin with; each side excludes the other.
_OPPOSITES = [
    (re.compile(rf"(?i)\b(?:{one})\w*"), re.compile(rf"(?i)\b(?:{other})\w*"))
    for one, other in (
        (r"increas|rose|ris(?:e|ing)|grew|grow|higher|up\b|gain",
         r"decreas|declin|fell|fall|drop|lower|down\b|shr[aiu]nk|loss"),
        (r"before\b|prior\b|earlier", r"after\b|subsequent|later"),
        (rf"within{_AMOUNT}|no\s+later", rf"after{_AMOUNT}|beyond{_AMOUNT}|no\s+earlier"),
        (rf"(?:under|less\s+than|fewer\s+than|up\s+to|at\s+most){_AMOUNT}",
         rf"or\s+more|or\s+over|(?:over|more\s+than|at\s+least){_AMOUNT}"),
        (rf"(?:dentro\s+de|até|em\s+até){_AMOUNT}", rf"(?:depois\s+de|após|mais\s+de){_AMOUNT}"),
        (r"maxim|most\b|largest|highest|greatest", r"minim|least\b|smallest|lowest"),
        (r"above\b|more\b|exceed|at\s+least", r"below\b|less\b|fewer\b|at\s+most"),
        (r"includ", r"exclud|except\b"),
        (r"permit|permissible|allow", r"prohibit|forbid|forbad|banned"),
        (r"accept|approv", r"reject|refus|den(?:y|ied)"),
        (r"buy|bought|acquir|purchas", r"sell\b|sold|divest"),
        (r"begin|began|start|open", r"end(?:s|ed)?\b|clos|finish"),
        (r"aument|cresc|subi|elev|maior|alta\b", r"diminu|redu[zcç]|ca[ií]|qued|menor|baix"),
        (r"antes\b|anterior", r"depois|após|posterior"),
        (r"compr|adquir", r"vend"),
        (r"acima\b|mais\s+d[eo]|ou\s+mais|superior|no\s+mínimo|pelo\s+menos",
         r"abaixo\b|menos\s+d[eo]|ou\s+menos|inferior|no\s+máximo"),
        (r"inclu", r"exclu|exceto\b"),
        (r"permit|autoriza", r"pro[ií]b|veda(?:d|\b)"),
        (r"aceit|aprov", r"rejeit|recus|neg[ao]"),
    )
]  # fmt: skip


def is_turned(claim: str, text: str) -> bool:
    """Whether the claim says "more" where the text says only "less", or the like."""
    for one, other in _OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if mine.search(claim) and not mine.search(text) and theirs.search(text):
                return True
    return False


@dataclass(frozen=True)
class Mark:
    """A word or figure of a text, as it compares with another's."""

    term: str
    kind: str  # "figure", "name", "first" (it may be a name) or "word"


def is_swapped(claim: Sequence[Mark], text: Sequence[Mark]) -> bool:
    """Whether the claim is the text with two of its names, or of its figures, interchanged.

    That is so where all else stands in the text's order, and these would too were they sorted.
    Names with no word between them are a list, in any order.
    """
    at: dict[str, list[int]] = {}
    for position, mark in enumerate(text):
        at.setdefault(mark.term, []).append(position)
    ours = [mark for mark in claim if len(at.get(mark.term, ())) == 1]
    for kind in ("figure", "name"):
        own = [i for i, mark in enumerate(ours) if _is_both(mark, text[at[mark.term][0]], kind)]
        order = [at[mark.term][0] for mark in ours]
        is_list = kind == "name" and own and own[-1] - own[0] + 1 == len(own)
        straight = list(order)
        for i, position in zip(own, sorted(order[i] for i in own), strict=True):
            straight[i] = position
        if order != straight and straight == sorted(straight) and not is_list:
            return True
    return False


def marks(text: str, figures: Sequence[Figure], language: Language) -> list[Mark]:
    """Its words and figures in order; dates, and figures joined as a range is, left out."""
    whole = [(date.start, date.end) for date in dates(text)]
    by_start = sorted(figures, key=lambda it: it.start)
    for one, other in pairwise(by_start):
        if other.start - one.end <= 1:
            whole.append((one.start, other.end))
    found = []
    for figure in by_start:
        if not any(start <= figure.start < end for start, end in whole):
            found.append((figure.start, Mark(f"{figure.value.normalize()}", "figure")))
    taken = [*whole, *((figure.start, figure.end) for figure in by_start)]
    first = True
    for match in _A_WORD.finditer(text):
        term = "".join(analyse(match.group(), language))
        if term and not any(start <= match.start() < end for start, end in taken):
            is_name = match.group()[0].isupper()
            kind = ("first" if first else "name") if is_name else "word"
            found.append((match.start(), Mark(term, kind)))
        first = False
    return [mark for _, mark in sorted(found, key=lambda it: it[0])]


def _is_both(one: Mark, other: Mark, kind: str) -> bool:
    kinds = {one.kind, other.kind}
    return kinds == {kind} or (kind == "name" and kinds == {"name", "first"})
