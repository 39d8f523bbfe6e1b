"""One tab's conversation."""

from dataclasses import dataclass

import streamlit as st

from rag_app.values import Answer

_TURNS, _INDEX, _ASKED = "turns", "index", "asked"


@dataclass(frozen=True)
class Turn:
    """A question and what came of it."""

    question: str
    index: str
    answer: Answer | None  # None where the answer was stopped or failed
    note: str = ""  # what happened instead of an answer


def user() -> str:
    """Who sits at this tab; "" where no one signs in."""
    from ui.sign_in import signed_in

    return signed_in()


def turns() -> list[Turn]:
    """The conversation so far; append to it."""
    found: list[Turn] = st.session_state.setdefault(_TURNS, [])
    return found


def clear() -> None:
    """Begin a new conversation."""
    st.session_state[_TURNS] = []


def ask_next(question: str) -> None:
    """Ask ``question`` as soon as the page is drawn again."""
    st.session_state[_ASKED] = question


def next_question() -> str | None:
    """The question that waits to be asked, once."""
    question: str | None = st.session_state.pop(_ASKED, None)
    return question


def chosen_index(names: list[str]) -> str | None:
    """The index that this tab asks; None where there is none."""
    chosen = st.session_state.get(_INDEX)
    if chosen in names:
        return str(chosen)
    return "default" if "default" in names else names[0] if names else None


INDEX_KEY = _INDEX
