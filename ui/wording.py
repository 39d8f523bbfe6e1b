"""What ingest, rag_app and the models say in English, in the language of the UI.

They say all in English alone, and an index or a log keeps it so. The English catalogue has these
texts as patterns with placeholders, under keys that begin alike; each other has them in its
language.
"""

import re
from functools import lru_cache
from string import Formatter

from rag_app.errors import RagError
from rag_app.language import Language
from rag_app.rendering import inert
from ui.language import catalogue, current_language, number, t

_SAID = "said_"  # how the keys begin
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
# Placeholders for what is itself worded, or a number. Any other stands for a name, which is shown
# as it is: a file called "a program" is no program.
_WORDED = frozenset(
    {"reason", "error", "cure", "feature", "holder", "kind", "suffix"}
    | {"count", "limit", "most", "size", "seconds"}
)


def told(error: RagError | str) -> str:
    """An error, or its text, in the language of the UI and as inert Markdown."""
    return inert(worded(str(error)))


def worded(text: str, language: Language | None = None) -> str:
    """``text`` by the first pattern that it fits, and so its parts.

    One that fits none, such as what a library says of a broken file, is left as it is.
    ``language`` is the UI's where it is not given.
    """
    language = language or current_language()
    if not text or language == "en":
        return text
    if _GROUPED.fullmatch(text):
        return number(int(text.replace(",", "")), language=language)
    for key, pattern in _patterns():
        if fit := pattern.fullmatch(text):
            parts = {
                name: worded(said, language) if name in _WORDED else said
                for name, said in fit.groupdict().items()
            }
            return t(f"said_{key}", language, **parts)
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
        re.escape(words) + (f"(?P<{name}>.+{'' if name in _WORDED else '?'})" if name else "")
        for words, name, *_ in Formatter().parse(text)
    ]
    return re.compile("".join(parts), re.DOTALL)
