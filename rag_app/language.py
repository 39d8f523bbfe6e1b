"""Portuguese or English, told by the commonest words of each."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

Language = Literal["en", "pt"]

STOP_WORDS: dict[Language, frozenset[str]] = {
    "en": frozenset(
        """
        a about after all also an and any are as at be because been before being between
        both but by can could did do does during each for from had has have he her his how
        i if in into is it its just many may more most much my no nor not of on one only or other
        our out over per shall she should so some such than that the their them then there
        these they this those through to under up was we were what when where which while
        who whom whose why will with would you your
    """.split()
    ),
    "pt": frozenset(
        """
        a ao aos aquela aquele aqueles as até com como da das de dela dele deles depois do
        dos e ela elas ele eles em entre era essa essas esse esses esta estas este estes
        está estão eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na
        nas nem no nos nossa nosso não o onde os ou para pela pelas pelo pelos por porque
        quais qual quando quanta quanto quantos quantas que quem se sem ser seu seus será são sua
        suas só também te tem têm ter toda todas todo todos um uma umas uns você vocês à
        às é
    """.split()
    ),
}

ALL_STOP_WORDS = STOP_WORDS["en"] | STOP_WORDS["pt"]

# Words that both languages have say nothing about which one it is.
_TELLING: dict[Language, frozenset[str]] = {
    "en": STOP_WORDS["en"] - STOP_WORDS["pt"],
    "pt": STOP_WORDS["pt"] - STOP_WORDS["en"] | {"a", "o", "e"},
}
_WORD = re.compile(r"[^\W\d_]+")
_PORTUGUESE_LETTERS = re.compile(r"(?i)[ãõçáéíóúâêôà]")
_SEVERAL = 5
_SAMPLE = 20_000  # characters; enough to tell, whatever the length of the text


def detect(text: str, default: Language = "en") -> Language:
    """The language of ``text``; ``default`` where nothing tells."""
    telling = _telling(text[:_SAMPLE])
    if telling["en"] == telling["pt"]:
        return default
    return "pt" if telling["pt"] > telling["en"] else "en"


def language_of(name: str) -> Language:
    """The language that an index names; English for a file without text, which has none."""
    return "pt" if name == "pt" else "en"


def is_surely(text: str, language: Language) -> bool:
    """Whether several words tell that it is in this language; a table of names hardly has any."""
    telling = _telling(text[:_SAMPLE])
    own, others = telling[language], sum(telling.values()) - telling[language]
    return own >= _SEVERAL and own > 3 * others


@lru_cache(maxsize=256)  # every sentence of a passage asks for the passage's
def _telling(text: str) -> Mapping[Language, int]:
    words = _WORD.findall(text)
    english = sum(word.lower() in _TELLING["en"] for word in words)
    return {"en": english, "pt": sum(map(_is_portuguese, words))}


def _is_portuguese(word: str) -> bool:
    """A common word of it, or one with its letters; a name has its accents in every language."""
    accented = _PORTUGUESE_LETTERS.search(word) is not None and not word[0].isupper()
    return accented or word.lower() in _TELLING["pt"]
