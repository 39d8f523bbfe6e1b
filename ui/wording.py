"""What ingest and the models say in English, in the language of the UI.

An index keeps why a file is not indexed as ingest says it. The English catalogue has these texts
as patterns with placeholders, under keys that begin alike; each other has them in its language.
"""

import re
from functools import lru_cache
from string import Formatter

from ui.language import catalogue, current_language, number, t

_SAID = "said_"  # how the keys begin
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")


def worded(text: str) -> str:
    """``text`` by the first pattern that it fits, and so its parts.

    One that fits none, such as what a library says of a broken file, is left as it is.
    """
    if not text or current_language() == "en":
        return text
    if _GROUPED.fullmatch(text):
        return number(int(text.replace(",", "")))
    for key, pattern in _patterns():
        if fit := pattern.fullmatch(text):
            return t(f"said_{key}", **{name: worded(it) for name, it in fit.groupdict().items()})
    return text


@lru_cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What each key ends in, and its English text as a pattern."""
    return tuple(
        (key.removeprefix(_SAID), _pattern(text))
        for key, text in catalogue("en").items()
        if key.startswith(_SAID)
    )


def _pattern(text: str) -> re.Pattern[str]:
    parts = [
        re.escape(words) + (f"(?P<{name}>.+)" if name else "")
        for words, name, *_ in Formatter().parse(text)
    ]
    return re.compile("".join(parts), re.DOTALL)
