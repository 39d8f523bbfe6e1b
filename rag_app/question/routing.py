"""Which documents a question names: a company, a year, a form, a file. Pure.

"What was Best Buy's revenue in FY2022?" means BESTBUY_2022_10K.pdf more than the report of any
other year. What names a document are the words of its file's name and of its title, and the proper
names and years that it opens with; how much a word says is told by how few documents have it.
What the library speaks of throughout, as "cancer" in one of medicine, names no document by itself.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rag_app.language import ALL_STOP_WORDS
from rag_app.terms import analyse

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"\d+|[^\W\d_]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_FISCAL = re.compile(r"\bfy\s?'?(\d{4}|\d{2})\b")
_QUARTER = re.compile(r"\b(?:q([1-4])|([1-4])q)\b")
_FORM = re.compile(r"\b(10|8|20)[\s-]?([kqf])\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# A word with a capital that is not a sentence's first.
_PROPER = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-ZÀ-ÖØ-Þ][\w&'-]{2,}")
_LONGEST_NAME = 3  # words that a file's name may have glued together
# A word that so many of all texts say is no name by itself, unless documents have it for a name at
# least a hundredth as often as texts say it.
_THROUGHOUT, _NAMING = 0.02, 0.01

Names = frozenset[str]


def names_of(source: str, title: str, opening: str = "") -> Names:
    """The words that name a document, each as questions may write it.

    ``opening`` is the start of its text, where it is long enough to be about what it opens with.
    """
    stem = unicodedata.normalize("NFC", source.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower())
    words = _WORD.findall(stem)
    parts = [part for word in words for part in _PART.findall(word)]
    named = {*words, *_glued(words)}
    named.update(part for part in parts if len(part) > 1)
    named.update(f"q{digit}" for digit in re.findall(r"q([1-4])(?!\d)", stem))
    letters = [word for word in words if word.isalpha()]
    if len(letters) > 1:  # Johnson & Johnson is J&J, or JnJ
        named.update({letters[0][0] + letters[1][0], f"{letters[0][0]}n{letters[1][0]}"})
    named.update(analyse(title, "en"))
    named.update(_YEAR.findall(opening))
    named.update(found.group().lower() for found in _PROPER.finditer(opening))
    return frozenset(named - ALL_STOP_WORDS)


def route(
    question: str, names: Mapping[str, Names], said: Callable[[str], float] = lambda _: 0.0
) -> dict[str, float]:
    """How far the question names each document, by source, 0 to 1; those not named left out.

    ``said`` tells in which share of all texts a word stands. One in lower case that few documents
    have for a name and very many speak of names none without another word of its name.
    """
    asked = _asked(question)
    written_as_names = {found.group().lower() for found in _PROPER.finditer(question)}
    named = {source: found for source, words in names.items() if (found := asked & words)}
    known = Counter(word for words in named.values() for word in words)
    telling = {
        word
        for word, count in known.items()
        if word in written_as_names
        or count >= _NAMING * len(names)  # whatever its share, which is not looked up then
        or (share := said(word)) < _THROUGHOUT
        or count >= _NAMING * len(names) * share
    }
    named = {source: words for source, words in named.items() if len(words) > 1 or words <= telling}
    weights = {word: math.log((len(names) + 1) / (known[word] + 0.5)) for word in sorted(known)}
    total = sum(weights.values())
    if total <= 0:
        return {}
    scores = {
        source: sum(weights[word] for word in words) / total for source, words in named.items()
    }
    return {source: score for source, score in scores.items() if score > 0}


@lru_cache(maxsize=1024)
def _asked(question: str) -> Names:
    text = _POSSESSIVE.sub("", question.lower()).replace("&", " ")
    found = {f"20{y}" if len(y) == 2 else y for y in _FISCAL.findall(text)}
    found.update(f"q{one or other}" for one, other in _QUARTER.findall(text))
    found.update(number + letter for number, letter in _FORM.findall(text))
    words = _WORD.findall(text)
    found.update(words, _glued(words), analyse(text, "en"))
    return frozenset(word for word in found - ALL_STOP_WORDS if len(word) > 1)


def _glued(words: list[str]) -> Iterable[str]:
    """Neighbouring words as one: "best buy" is "bestbuy"."""
    for size in range(2, _LONGEST_NAME + 1):
        for at in range(len(words) - size + 1):
            yield "".join(words[at : at + size])
