"""Words as BM25 compares them: folded, stemmed by language, numbers written one way."""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

from rag_app.language import ALL_STOP_WORDS, STOP_WORDS, Language

VERSION = "2"  # of the rules below; terms of other rules do not match

_TERM = re.compile(r"\d+(?:[.,]\d+)*(?![^\W\d_])|[^\W_]+")
_THOUSANDS = re.compile(r"^\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$")
# Typed without accents, these endings would escape the Portuguese stemmer.
_ACCENTS = {
    "cao": "ção", "coes": "ções", "sao": "são", "soes": "sões", "encia": "ência",
    "encias": "ências", "ancia": "ância", "ancias": "âncias", "avel": "ável", "ivel": "ível",
    "aveis": "áveis", "iveis": "íveis", "ario": "ário", "arios": "ários",
}  # fmt: skip
_ORDINAL = re.compile(r"[1-9]\d?")
_STEMMERS = {"en": "english", "pt": "portuguese"}
_STEMMING = threading.Lock()  # a stemmer holds the word in hand: two at once mix their stems
_HYPHEN = "[-‐‑–]"  # the last is a dash, which some write for it
_JOINABLE = r"[^\W_]+(?:[.,]\d+)*"
# "GPT-5", "low-rank"; a name and its number: "Llama 9", though with a year each counts by itself.
_JOINED = re.compile(
    r"(?<![^\W_])(?:[A-ZÀ-ÖØ-Þ][^\W_]*\s+(?!(?:19|20)\d\d\b)\d[^\W_]*(?:[.,]\d+)*"
    rf"(?:{_HYPHEN}{_JOINABLE})*|{_JOINABLE}(?:{_HYPHEN}{_JOINABLE})+)"
)
# What may stand between its words, and in one that is written without a gap; after a comma or a
# full stop another begins, unless a figure goes on.
_GAPS = (re.compile(r"[-‐‑–\s_*\xad]{0,4}"), re.compile(r"[.,]?"))


def analyse(text: str, language: Language) -> list[str]:
    """The terms of ``text`` in order, stop words left out.

    >>> analyse("Revenues were 1,577 million", "en")
    ['revenu', '1577', 'million']
    >>> analyse("Receitas de 1.577 milhões", "pt")
    ['receit', '1577', 'milho']
    """
    terms = (_term(word, language) for word in _TERM.findall(text.lower()))
    return [term for term in terms if term]


@lru_cache(maxsize=1024)
def stems_in(text: str) -> frozenset[str]:
    """The terms of a text as either language has them: it may be in either."""
    return frozenset(term for language in STOP_WORDS for term in analyse(text, language))


def words_of(question: str) -> list[frozenset[str]]:
    """Each telling word of a question as its stems in both languages.

    The documents may be in either; a word that either language passes over is left out.
    """
    words: dict[frozenset[str], None] = {}
    found = _TERM.findall(question.lower())
    for word, following in pairwise([*found, ""]):
        if word not in ALL_STOP_WORDS:
            stems = {_term(word, language) for language in _STEMMERS}
            words[frozenset(stems | _as_laws_write(word, following))] = None
    return list(words)


def _as_laws_write(word: str, following: str) -> set[str]:
    """Article 3, where it is asked for, is "Art. 3º" in a law."""
    if word == "artigo" or (word == "article" and _ORDINAL.fullmatch(following)):
        return {"art"}  # which is a word of its own in English
    return {f"{word}º", f"{word}ª"} if _ORDINAL.fullmatch(word) else set()


def stems_of(question: str) -> list[str]:
    """The stems of a question's telling words, each once."""
    return list(dict.fromkeys(stem for word in words_of(question) for stem in sorted(word)))


def any_of(stems: Iterable[str]) -> str:
    """An FTS5 query for any of the stems; "" where there are none."""
    return " OR ".join(f'"{stem}"' for stem in stems)


def joined_words(text: str) -> tuple[list[str], str]:
    """The words of several that mean something together alone, and the text without them.

    >>> joined_words("weights of Llama 2 and GPT-3 in 2023")
    (['Llama 2', 'GPT-3'], 'weights of  and  in 2023')
    """
    joined = [word for word in _JOINED.findall(text) if _is_joined(word)]
    rest = _JOINED.sub(lambda it: "" if _is_joined(it.group()) else it.group(), text)
    return list(dict.fromkeys(joined)), rest


def all_words(text: str) -> str:
    """An FTS5 query for rows whose body has all of the telling words; "" where there are none.

    Joined words as phrases, so nearly: what stood between two terms is no more to be seen there.
    """
    joined, rest = joined_words(text)
    each = [sorted(word) for word in words_of(rest)] + [_phrases(word) for word in joined]
    either = ["(" + " OR ".join(f'"{term}"' for term in terms) + ")" for terms in each]
    return "body : (" + " AND ".join(either) + ")" if either else ""


def stands_in(joined: str, text: str) -> bool:
    """Whether the text has these words side by side, or written as one, in any of their forms.

    >>> stands_in("GPT-5", "the GPT 5 model"), stands_in("GPT-5", "BERT and GPT. 5 models")
    (True, False)
    """
    lower = text.lower()
    found = list(_TERM.finditer(lower))
    forms = [_forms(word.group()) for word in found]
    for written, gap in zip(_writings(joined), _GAPS, strict=True):
        wanted = [_forms(word) for word in _TERM.findall(written.lower())]
        for at in range(len(found) - len(wanted) + 1):
            if wanted[0].isdisjoint(forms[at]):
                continue  # nearly everywhere, and a passage has hundreds of words
            run = found[at : at + len(wanted)]
            pairs = zip(wanted, forms[at : at + len(wanted)], strict=True)
            if all(want & have for want, have in pairs) and all(
                gap.fullmatch(lower, one.end(), other.start()) for one, other in pairwise(run)
            ):
                return True
    return False


def _is_joined(word: str) -> bool:
    """Figures alone are a range, or a telephone's."""
    return any(map(str.isalpha, word)) and bool(words_of(word))


def _phrases(joined: str) -> list[str]:
    """The word as rows of either language hold it."""
    texts = (
        " ".join(analyse(written, language))
        for written in _writings(joined)
        for language in STOP_WORDS
    )
    return sorted({text for text in texts if text})


def _writings(joined: str) -> tuple[str, str]:
    """COVID-19 and COVID19."""
    return joined, re.sub(rf"{_HYPHEN}|\s", "", joined)


@lru_cache(maxsize=200_000)
def _forms(word: str) -> frozenset[str]:
    """Its stems in both languages, of which one compares it; a stop word as it is."""
    return frozenset(_term(word, language) or fold(word) for language in _STEMMERS)


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
    with _STEMMING:
        stem = _stemmer(language).stemWord(word)
    return fold(stem)


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
