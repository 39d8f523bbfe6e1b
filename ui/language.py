"""The words of the UI in English and Portuguese: one catalogue a language."""

import json
import tomllib
from functools import lru_cache
from pathlib import Path
from string import Formatter

import streamlit as st

from rag_app.language import Language

LANGUAGES: dict[Language, str] = {"en": "English", "pt": "Português"}
_LOCALES = Path(__file__).parent / "locales"
_KEY = "lang"
_ONE = "one|"  # how a format of a singular and a plural begins


@lru_cache
def catalogue(language: Language) -> dict[str, str]:
    """Every text of the UI in one language, by key."""
    data = tomllib.loads((_LOCALES / f"{language}.toml").read_text(encoding="utf-8"))
    return {str(key): str(text) for key, text in data.items()}


def current_language() -> Language:
    """The language chosen by the switch, or else the browser's, or else English."""
    chosen = st.session_state.get(_KEY)
    if chosen in LANGUAGES:
        return "pt" if chosen == "pt" else "en"
    return "pt" if (st.context.locale or "").lower().startswith("pt") else "en"


def t(key: str, language: Language | None = None, /, **values: object) -> str:
    """The text for ``key``, with ``values`` filled in, in the current language if none is given.

    ``{count:one|file|files}`` is the first word where the count is 1, else the second.
    """
    return _WORDS.format(catalogue(language or current_language())[key], **values)


class _Words(Formatter):
    """``str.format`` that also chooses between a singular and a plural."""

    def format_field(self, value: object, format_spec: str) -> str:
        if not format_spec.startswith(_ONE):
            return str(super().format_field(value, format_spec))
        singular, plural = format_spec.removeprefix(_ONE).split("|")
        return singular if str(value) == "1" else plural  # a count may be written out already


_WORDS = _Words()


def number(value: float, digits: int = 0, *, language: Language | None = None) -> str:
    """A number as it is written in a language, the current one if none is given: 1.234,5."""
    text = f"{value:,.{digits}f}"
    is_portuguese = (language or current_language()) == "pt"
    return text.translate(str.maketrans(",.", ".,")) if is_portuguese else text


def widget_words() -> None:
    """Say in the current language what Streamlit's widgets say in English alone.

    What they say of keys is left out: it cannot be said in another.
    """
    if current_language() == "en":
        return
    limit = t("upload_limit", size=st.get_option("server.maxUploadSize"))
    words = {
        '[data-testid="stFileUploaderDropzone"] > span > button p': t("upload_choose"),
        '[data-testid="stFileUploaderDropzoneInstructions"] span': limit,
    }
    rules = [
        # No size rather than hidden, which would leave a button without a name to be read out.
        f"{place} {{ font-size: 0; }} {place}::after"
        f" {{ content: {json.dumps(said, ensure_ascii=False)}; font-size: 0.875rem; }} "
        for place, said in words.items()
    ]
    rules.append('[data-testid="InputInstructions"] { display: none; }')
    st.html(f"<style>{''.join(rules)}</style>")


def language_switch() -> None:
    """Draw the switch; what it says wins over the browser's language, and stays in the link."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = current_language()
    st.segmented_control(
        "Language / Idioma",
        list(LANGUAGES),
        format_func=lambda language: LANGUAGES[language],
        key=_KEY,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
