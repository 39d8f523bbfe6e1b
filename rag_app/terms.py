"""Words as BM25 compares them: folded, stemmed by language, numbers written one way."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from rag_app.language import STOP_WORDS, Language

VERSION = "2"  # of the rules below; terms of other rules do not match

_TERM = re.compile(r"\d+(?:[.,]\d+)*(?![^\W\d_])|[^\W_]+")
_THOUSANDS = re.compile(r"^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$")
# Typed without accents, these endings would escape the Portuguese stemmer.
_ACCENTS = {
    "cao": "ção", "coes": "ções", "sao": "são", "soes": "sões", "encia": "ência",
    "encias": "ências", "ancia": "ância", "ancias": "âncias", "avel": "ável", "ivel": "ível",
    "aveis": "áveis", "iveis": "íveis", "ario": "ário", "arios": "ários",
}  # fmt: skip
_STEMMERS = {"en": "english", "pt": "portuguese"}


def analyse(text: str, language: Language) -> list[str]:
    """The terms of ``text`` in order, stop words left out.

    >>> analyse("Revenues were 1,577 million", "en")
    ['revenu', '1577', 'million']
    >>> analyse("Receitas de 1.577 milhões", "pt")
    ['receit', '1577', 'milho']
    """
    terms = (_term(word, language) for word in _TERM.findall(text.lower()))
    return [term for term in terms if term]


def words_of(question: str) -> list[frozenset[str]]:
    """Each telling word of a question as its stems in both languages.

    The documents may be in either; a word that either language passes over is left out.
    """
    words: dict[frozenset[str], None] = {}
    for word in _TERM.findall(question.lower()):
        if not any(word in stop_words for stop_words in STOP_WORDS.values()):
            words[frozenset(_term(word, language) for language in _STEMMERS)] = None
    return list(words)


def stems_of(question: str) -> list[str]:
    """The stems of a question's telling words, each once."""
    return list(dict.fromkeys(stem for word in words_of(question) for stem in sorted(word)))


def any_of(stems: Iterable[str]) -> str:
    """An FTS5 query for any of the stems; "" where there are none."""
    return " OR ".join(f'"{stem}"' for stem in stems)


def all_words(text: str) -> str:
    """An FTS5 query for rows whose body has all of the telling words; "" where there are none."""
    words = ["(" + " OR ".join(f'"{stem}"' for stem in sorted(w)) + ")" for w in words_of(text)]
    return "body : (" + " AND ".join(words) + ")" if words else ""


@lru_cache(maxsize=200_000)
def _term(word: str, language: str) -> str:
    if word[0].isdigit():
        return _number(word)
    if word in STOP_WORDS[language]:  # type: ignore[index]
        return ""
    if language == "pt" and word.isascii():
        for bare, accented in _ACCENTS.items():
            if word.endswith(bare) and len(word) > len(bare) + 2:
                word = word[: -len(bare)] + accented
                break
    return fold(_stemmer(language).stemWord(word))


def _number(word: str) -> str:
    """1,577 = 1.577 = 1577; 12,5 = 12.5."""
    if _THOUSANDS.match(word):
        return re.sub(r"[.,]", "", word)
    whole, mark, decimals = word.rpartition("." if "." in word else ",")
    return f"{re.sub(r'[.,]', '', whole)}.{decimals}" if mark else word


def fold(word: str) -> str:
    """Without accents: people leave them out when they type."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache
def _stemmer(language: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(_STEMMERS[language])
