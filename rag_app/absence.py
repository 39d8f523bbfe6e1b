"""What a question asks about that no document of the index so much as mentions.

Where "tunnel" or "GPT-5" stands in no document, no answer can be about it, however well another
sentence fits the rest of the question. Words are asked for in other words, too, and mistyped: so
this is told beside the answer, and decides nothing.
"""

import re
from collections.abc import Sequence
from itertools import product

from rag_app.store.database import Database
from rag_app.terms import words_of

_WORD = re.compile(r"\d+(?:[.,]\d+)+(?![^\W_])|[^\W_]+(?:-[^\W_]+)*")
_SHORTENED = re.compile(r"(?i)\w+n['’]t\b|['’](?:s|re|ve|ll|d|m)\b")
_ASKING = frozenset(
    "please tell explain describe define list mention mentioned show give say said says"
    " favor diga explique descreva defina liste mencione mencionado mencionada mostre diz".split()
)


def absent_words(question: str, database: Database) -> tuple[str, ...]:
    """The question's telling words that no chunk has, as they are written; in a snapshot or not.

    Words joined by hyphens count as one where one of them is a figure: "GPT-5", "COVID-19".
    """
    found: dict[str, None] = {}
    for written in _WORD.findall(_SHORTENED.sub(" ", question)):
        if written.lower() in _ASKING:
            continue
        parts = words_of(written.replace("-", " "))
        if _is_absent(written, parts, database):
            found[written] = None
    return tuple(found)


def _is_absent(written: str, parts: Sequence[frozenset[str]], database: Database) -> bool:
    stems = sorted(stem for part in parts for stem in part)
    known = database.document_frequencies(stems)
    if any(not any(stem in known for stem in part) for part in parts):
        return True
    if len(parts) < 2 or not any(character.isdigit() for character in written):
        return False
    phrases = product(*([stem for stem in sorted(part) if stem in known] for part in parts))
    return not database.matching(" OR ".join(f'"{" ".join(phrase)}"' for phrase in phrases))
