"""The conversations so far, in the sidebar: found, opened, renamed, deleted."""

from datetime import datetime, timedelta

import streamlit as st

from rag_app.errors import LogError
from rag_app.rendering import one_line
from rag_app.values import Conversation
from ui import conversation as talk
from ui import session
from ui.clock import local, zone
from ui.language import t
from ui.wording import told

_SHOWN = 30  # conversations; older ones are found by the search
_LONGEST = 80  # characters of a title


def history() -> bool:
    """Draw the list; whether a conversation was chosen or begun, which the chat is to show."""
    is_new = st.button(
        t("new_chat"), icon=":material/add_comment:", width="stretch", key="new-chat"
    )
    if is_new:
        session.show_conversation("")
    wanted = st.text_input(
        t("search_conversations"),
        key="search-conversations",
        type="search",
        placeholder=t("search_conversations"),
        label_visibility="collapsed",
        live="400ms",
        icon=":material/search:",
    )
    if fault := talk.log_fault():
        st.caption(f":orange[{t('log_fault', error=told(fault))}]")
    try:
        found = talk.log().conversations(session.user(), (wanted or "").strip(), _SHOWN + 1)
    except LogError as error:
        st.error(told(error))
        return is_new
    if wanted and not found:
        st.caption(t("no_conversation_found"))
    heading, opened = "", is_new
    for item in found[:_SHOWN]:
        if (when := _when(item.updated)) != heading:
            heading = when
            st.caption(heading)
        opened = _row(item) or opened
    if len(found) > _SHOWN:
        st.caption(t("more_conversations", count=_SHOWN))
    return opened


def _row(item: Conversation) -> bool:
    """One conversation; whether it was chosen."""
    is_open = item.id == session.open_conversation()
    with st.container(horizontal=True, gap=None, vertical_alignment="center", wrap=False):
        chosen = st.button(
            one_line(item.title, _LONGEST),
            key=f"open-{item.id}",
            type="secondary" if is_open else "tertiary",
            width="stretch",
            wrap=False,
            on_click=session.show_conversation,
            args=(item.id, item.index),
            help=f"{one_line(item.title, _LONGEST)} · {t('when', at=local(item.updated))}",
        )
        action = st.menu_button(
            t("conversation_menu", title=one_line(item.title, _LONGEST)),
            ["rename", "delete"],
            key=f"menu-{item.id}",
            type="tertiary",
            format_func=lambda name: t(f"menu_{name}"),
        )
    if action == "rename":
        st.dialog(t("menu_rename"))(_rename)(item)
    elif action == "delete":
        st.dialog(t("menu_delete"))(_delete)(item)
    return chosen


def _rename(item: Conversation) -> None:
    title = f"new-title-{item.id}"  # one key for all would show the title typed before
    with st.form("rename", border=False):
        st.text_input(t("title_label"), item.title, max_chars=_LONGEST, key=title)
        if st.form_submit_button(
            t("save"),
            type="primary",
            on_click=lambda: talk.rename(item.id, st.session_state[title]),
        ):
            st.rerun()


def _delete(item: Conversation) -> None:
    st.markdown(t("delete_question", title=one_line(item.title, _LONGEST), count=item.exchanges))
    with st.container(horizontal=True):
        if st.button(
            t("delete"), type="primary", key="delete-yes", on_click=talk.delete, args=(item.id,)
        ):
            st.rerun()
        if st.button(t("keep"), key="delete-no"):
            st.rerun()


def _when(updated: float) -> str:
    """Today, yesterday, this week, or the month."""
    at, now = local(updated), datetime.now(zone())
    days = (now.date() - at.date()).days
    if days <= 1:
        return t("today") if days <= 0 else t("yesterday")
    return t("this_week") if now - at < timedelta(days=7) else t("month", at=at)
