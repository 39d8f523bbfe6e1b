"""What is asked over: an index, and of it the files, folders and dates that the analyst names."""

from collections.abc import Sequence

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import one_line
from rag_app.values import INDEXED, Scope
from ui import resources, session
from ui.language import t
from ui.wording import told

_OFFERED = 500  # files in the list; of larger indexes folders are offered, and patterns typed
_FILES, _AFTER, _OPEN = session.FILES_KEY, session.AFTER_KEY, "scope_open"


def asked_over(names: Sequence[str], index: str) -> None:
    """Draw the choice of index and, folded, what narrows it."""
    if st.session_state.get(session.INDEX_KEY) not in names:
        session.open_index(index)
    session.follow_scope(list(names))
    st.selectbox(t("index"), names, key=session.INDEX_KEY, on_change=session.ask_over_all)
    fold = st.expander(t("narrow"), icon=":material/filter_alt:", key=_OPEN, on_change="rerun")
    if fold.open:  # thousands of names are not sent where no one looks at them
        with fold:
            _narrowing(index)


def scope_chip() -> None:
    """Say what the next question is asked over, and offer to lift it; nothing where it is all."""
    scope = session.scope()
    if scope is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="scope-chip"):
        st.caption(
            f":material/filter_alt: {t('asked_over', scope=describe(scope))}", width="content"
        )
        st.button(t("lift"), key="lift-scope", type="tertiary", on_click=session.ask_over_all)


def describe(scope: Scope) -> str:
    """A scope in words, as inert Markdown."""
    parts = []
    if scope.sources is not None:
        named = ", ".join(one_line(source, 40) for source in scope.sources[:2])
        more = len(scope.sources) - 2
        parts.append(t("scope_more", named=named, count=more) if more > 0 else named)
    if scope.pages is not None:
        parts.append(t("scope_pages", first=scope.pages[0], last=scope.pages[1]))
    if scope.modified_after is not None:
        parts.append(t("scope_after", day=scope.modified_after.date()))
    return " · ".join(parts)


def offers(sources: Sequence[str]) -> list[str]:
    """Folders as patterns, then the files where they are not too many. Pure."""
    folders = {
        source[: at + 1] + "*"
        for source in sources
        for at, letter in enumerate(source)
        if letter == "/"
    }
    files = list(sources) if len(sources) <= _OFFERED else []
    return sorted(folders)[:_OFFERED] + files


def _narrowing(index: str) -> None:
    try:
        records = resources.documents(index)
    except RagError as error:
        st.error(told(error))
        return
    scope = session.scope() or Scope()
    st.session_state.setdefault(_FILES, list(scope.sources or ()))
    if _AFTER not in st.session_state:
        after = scope.modified_after
        st.session_state[_AFTER] = after.date() if after else None
    offered = offers([record.source for record in records if record.outcome == INDEXED])
    st.multiselect(
        t("narrow_files"),
        [*dict.fromkeys([*offered, *st.session_state[_FILES]])],
        key=_FILES,
        accept_new_options=True,
        placeholder=t("narrow_files_hint"),
        help=t("narrow_files_help"),
        on_change=_keep,
    )
    st.date_input(
        t("narrow_after"),
        key=_AFTER,
        value=None,
        min_value=session.EARLIEST,  # else ten years ago
        format="YYYY-MM-DD",
        help=t("narrow_after_help"),
        on_change=_keep,
    )


def _keep() -> None:
    """Widgets that are folded away lose their values; the session does not."""
    session.narrow(tuple(st.session_state.get(_FILES, ())), st.session_state.get(_AFTER))
