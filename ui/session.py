"""What one tab has open: conversation, index, what is asked over, and the evidence beside it.

All that must outlive the tab stands in the log; see ``conversation``.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import ParamSpec

import streamlit as st

from rag_app.errors import RagError
from rag_app.values import Scope
from ui.sign_in import signed_in

INDEX_KEY = "index"
FILES_KEY, AFTER_KEY = "scope_files", "scope_after"  # of the boxes that narrow
EARLIEST = date(1970, 1, 1)  # day since which files may have changed
_ADDRESS, _INDEX = "c", "index"  # the address's parameters that name a conversation, an index
_FILE, _SINCE = "file", "since"  # and of the index the files, each by itself, and a day
_CONVERSATION, _LINKED = "conversation", "linked"
_LINKED_INDEX, _LINKED_SCOPE = "linked_index", "linked_scope"
_SOURCES, _AFTER = "asked_sources", "asked_after"
_EVIDENCE = "evidence"
_FAULT = "fault"
_Arguments = ParamSpec("_Arguments")


def user() -> str:
    """Who sits at this tab; "" where no one signs in."""
    return signed_in()


def open_conversation() -> str:
    """The id of the conversation that this tab shows; "" for a new one.

    An address that names another one than this tab last put there wins: it was followed, and one
    that names none any more was gone back to.
    """
    state = st.session_state
    named = st.query_params.get(_ADDRESS, "")
    if named != state.get(_LINKED, ""):
        state[_LINKED] = named
        if named != state.get(_CONVERSATION, ""):
            state[_CONVERSATION] = named
            state.pop(_EVIDENCE, None)
    return str(state.get(_CONVERSATION, ""))


def keep_in_address() -> None:
    """Put the open conversation into the address, so that a reload or a link opens it."""
    current = st.session_state.get(_CONVERSATION, "")
    if current:
        st.query_params[_ADDRESS] = current
    elif _ADDRESS in st.query_params:
        del st.query_params[_ADDRESS]
    st.session_state[_LINKED] = current


def leave_address() -> None:
    """Call it on the pages without a conversation: an address that names none closes none there."""
    if _ADDRESS not in st.query_params:
        st.session_state[_LINKED] = ""


def show_conversation(conversation: str, index: str = "") -> None:
    """Open a conversation, and the index that it last asked; "" begins a new one."""
    st.session_state[_CONVERSATION] = conversation
    st.session_state[_LINKED] = st.query_params.get(_ADDRESS, "")
    st.session_state.pop(_EVIDENCE, None)
    if index:
        open_index(index)


def tells_faults(act: Callable[_Arguments, object]) -> Callable[_Arguments, None]:
    """What goes wrong in a click is kept, to be shown where the page is drawn; see ``fault``."""

    @wraps(act)
    def told(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> None:
        try:
            act(*arguments, **named)
        except RagError as error:
            st.session_state[_FAULT] = str(error)

    return told


def fault() -> str:
    """What went wrong in the last click, once."""
    return str(st.session_state.pop(_FAULT, ""))


def chosen_index(names: list[str]) -> str | None:
    """The index that this tab asks; None where there is none."""
    chosen = st.session_state.get(INDEX_KEY)
    if chosen in names:
        return str(chosen)
    return "default" if "default" in names else names[0] if names else None


def open_index(index: str) -> None:
    """Ask this index from now on; another one has other files, so nothing narrows it."""
    if st.session_state.get(INDEX_KEY) != index:
        st.session_state[INDEX_KEY] = index
        ask_over_all()


def follow_index(names: list[str], of_conversation: Callable[[str], str]) -> None:
    """Choose the index that the address names, where it was followed and there is such a one.

    An address that names a conversation alone stands for the index that this one last asked,
    which ``of_conversation`` tells.
    """
    state, named = st.session_state, st.query_params.get(_INDEX, "")
    conversation = st.query_params.get(_ADDRESS, "")
    if not named and conversation and conversation != state.get(_LINKED):
        named = of_conversation(conversation)
    if named in names and named != state.get(_LINKED_INDEX):
        open_index(named)


def keep_index(index: str) -> None:
    """Put the chosen index into the address, so that a reload or a link opens it."""
    st.query_params[_INDEX] = index
    st.session_state[_LINKED_INDEX] = index


def follow_scope(names: list[str]) -> None:
    """Narrow the search as the address says, where it was followed and its index is there.

    Call it once the index is chosen: another one is asked as a whole. An address without files
    and day leaves all as it is, since a change of page empties it.
    """
    named, index = _scope_in_address(), st.query_params.get(_INDEX, "")
    if named == st.session_state.get(_LINKED_SCOPE) or (index and index not in names):
        return
    sources, after = named
    if sources or after:
        narrow(sources, after)
        st.session_state[FILES_KEY], st.session_state[AFTER_KEY] = list(sources), after


def keep_scope() -> None:
    """Put what narrows the search into the address, so that a reload or a link keeps it."""
    after: date | None = st.session_state.get(_AFTER)
    kept = {
        _FILE: list(st.session_state.get(_SOURCES, ())),
        _SINCE: [after.isoformat()] if after else [],
    }
    for name, values in kept.items():
        if values:
            st.query_params[name] = values
        elif name in st.query_params:
            del st.query_params[name]
    st.session_state[_LINKED_SCOPE] = _scope_in_address()


def scope() -> Scope | None:
    """Which part of the index this tab asks; None for all of it."""
    sources: tuple[str, ...] = st.session_state.get(_SOURCES, ())
    after: date | None = st.session_state.get(_AFTER)
    if not sources and after is None:
        return None
    since = None if after is None else datetime.combine(after, time(), UTC)
    return Scope(sources=sources or None, modified_after=since)


def narrow(sources: tuple[str, ...], after: date | None) -> None:
    """Ask only these files, and only those changed since a day."""
    st.session_state[_SOURCES], st.session_state[_AFTER] = sources, after


def ask_over_all() -> None:
    """Ask the whole index again, and empty the boxes that narrowed it."""
    narrow((), None)
    st.session_state[FILES_KEY], st.session_state[AFTER_KEY] = [], None


def evidence() -> tuple[int, int] | None:
    """Exchange and position of the citation that is shown, (0, 0) for none, None for any."""
    found: tuple[int, int] | None = st.session_state.get(_EVIDENCE)
    return found


def show_evidence(exchange: int, position: int) -> None:
    """Show one citation of an answer beside it; (0, 0) shows none."""
    st.session_state[_EVIDENCE] = (exchange, position)


def show_newest_evidence() -> None:
    """Show the first citation of the latest answer."""
    st.session_state.pop(_EVIDENCE, None)


def _scope_in_address() -> tuple[tuple[str, ...], date | None]:
    """The files that the address names, and the day; one that no box offers is passed over."""
    try:
        named = date.fromisoformat(st.query_params.get(_SINCE, ""))
    except ValueError:
        named = date.max
    after = named if EARLIEST <= named <= date.today() else None
    sources = tuple(source for source in st.query_params.get_all(_FILE) if source)
    return sources, after
