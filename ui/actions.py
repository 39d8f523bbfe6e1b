"""What to do with an answer: rate, comment, copy, ask again, edit."""

from functools import partial

import streamlit as st

from rag_app.invisible import without_invisible
from rag_app.values import Answer, Exchange
from ui import conversation, resources, session
from ui.evidence import place_of
from ui.language import t
from ui.saved_questions import watch_button, watch_end
from ui.wording import told

_LONGEST_COMMENT = 1000  # characters


def draw_actions(exchange: Exchange, answer: Answer | None, later: int) -> None:
    """A row of them; ``later`` exchanges would be dropped by asking this one again."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"actions-{exchange.id}"
    ):
        if answer is not None:
            _rate(exchange)
            with st.popover(
                t("copy"), type="tertiary", icon=":material/content_copy:", help=t("copy")
            ):
                st.code(_to_paste(answer), language=None, wrap_lines=True)
            question = answer.rewritten or answer.question
            watch_button(question, exchange.index, f"watch-{exchange.id}")
        if not later:
            again = t("regenerate" if answer is not None else "ask_again")
            st.button(
                again,
                help=again,
                key=f"again-{exchange.id}",
                type="tertiary",
                icon=":material/refresh:",
                on_click=partial(conversation.ask_again, exchange, exchange.question, fresh=True),
            )
        if st.button(t("edit"), key=f"edit-{exchange.id}", type="tertiary", icon=":material/edit:"):
            st.dialog(t("edit_title"))(_edit)(exchange, later)
    if answer is not None:
        watch_end(answer.rewritten or answer.question, exchange.index)


def _to_paste(answer: Answer) -> str:
    """An answer as it can stand in a report: its numbers mean nothing without their sources."""
    sources = [
        f"[{citation.number}] {without_invisible(citation.source)}, {place_of(citation)}"
        for citation in answer.citations
    ]
    return "\n".join([answer.text, *([""] if sources else []), *sources])


def _rate(exchange: Exchange) -> None:
    key = f"rating-{exchange.id}"
    st.feedback(
        "thumbs",
        key=key,
        default=exchange.rating,
        on_change=lambda: conversation.rate(exchange, st.session_state[key]),
    )
    icon = ":material/mode_comment:" if exchange.comment else ":material/add_comment:"
    opened = f"comment-open-{exchange.id}"

    # What another tab saved meanwhile must not take the place of what was typed here.
    said = f"said-{exchange.id}"

    def save() -> None:
        conversation.comment(exchange, st.session_state[said].strip())
        st.session_state[opened] = False

    with (
        st.popover(
            t("comment"),
            type="tertiary",
            icon=icon,
            help=t("comment"),
            key=opened,
            on_change="rerun",
        ),
        st.form(f"comment-{exchange.id}", border=False),
    ):
        st.text_area(t("comment_label"), exchange.comment, max_chars=_LONGEST_COMMENT, key=said)
        st.form_submit_button(t("save"), on_click=save)


def _edit(exchange: Exchange, later: int) -> None:
    most = resources.settings().max_question_chars
    edited = f"edited-question-{exchange.id}"  # one key for all would show the text typed before
    with st.form("edit", border=False, enter_to_submit=False):
        st.text_area(t("question_label"), exchange.question, max_chars=most, key=edited)
        if later:
            st.caption(f":orange[{t('edit_drops', count=later)}]")
        if st.form_submit_button(
            t("ask_button"),
            type="primary",
            on_click=lambda: conversation.ask_again(exchange, st.session_state[edited]),
        ):
            if not (fault := session.fault()):
                st.rerun()
            st.error(told(fault))
