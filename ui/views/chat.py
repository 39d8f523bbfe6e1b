"""The conversation: each question with its answer, and beside it the evidence."""

import streamlit as st

from rag_app.errors import LogError, RagError
from rag_app.rendering import one_line
from rag_app.values import Exchange
from ui import conversation, resources, session
from ui.answer import draw_exchange
from ui.evidence import draw_evidence, evidence_of
from ui.language import current_language, t
from ui.reachable import read_out, unseen_heading
from ui.scope import scope_chip
from ui.scripts import cite_by_click, focus_question, show_top_of_answer
from ui.wording import told

_QUESTION = "question"
_DRAWN = 10  # exchanges of a long conversation that are shown at first
_ANSWER_AND_EVIDENCE = (1, 1)  # widths; below 640 pixels Streamlit puts one under the other


def chat() -> None:
    """Draw the page."""
    index = session.chosen_index(resources.indexes())
    with st.bottom:
        scope_chip()
    st.chat_input(
        t("ask_placeholder"),
        key=_QUESTION,
        max_chars=resources.settings().max_question_chars,
        disabled=index is None,
        on_submit=lambda: conversation.ask(st.session_state[_QUESTION], index or ""),
    )
    if index is None:
        st.title(t("title"))
        st.info(t("no_index"))
        return
    try:
        exchanges = conversation.exchanges()
    except LogError as error:
        st.error(told(error))
        return
    session.keep_in_address()
    if fault := session.fault():
        st.error(told(fault))
    if exchanges:
        _conversation(exchanges)
    else:
        if exchanges is None:
            st.info(t("no_such_conversation"))
        _first_screen(index)
    cite_by_click()
    # An answer made anew has an exchange of its own, and what was clicked for it is gone.
    newest = exchanges[-1].id if exchanges else ""
    focus_question(f"{session.open_conversation()}-{newest}")


def _conversation(exchanges: list[Exchange]) -> None:
    first = _first_drawn(exchanges)
    selected = _selected(exchanges)
    unseen_heading(1, t("title"), "title")
    for number, exchange in enumerate(exchanges[first:], first + 1):
        beside, evidence = st.columns(_ANSWER_AND_EVIDENCE, gap="medium")
        with beside, st.container(key=f"exchange-{exchange.id}"):
            unseen_heading(2, t("read_out_question", number=number), f"{exchange.id}")
            draw_exchange(
                exchange,
                later=sum(other.id > exchange.id for other in exchanges),
                selected=selected[1] if selected and selected[0] == exchange.id else None,
            )
        if selected and selected[0] == exchange.id:
            with evidence:
                draw_evidence(exchange, selected[1])
    _tell(exchanges[-1])
    if exchanges[-1].answer is not None:
        show_top_of_answer(str(exchanges[-1].id))


def _tell(newest: Exchange) -> None:
    """Have it read out that an answer is being made, and then what it is."""
    if newest.answer is not None:
        count = len(newest.answer.citations)
        read_out(t("read_out_answer", text=newest.answer.text, count=count), f"{newest.id}-answer")
    elif conversation.is_answering(newest):
        read_out(t("read_out_asked"), f"{newest.id}-asked")


def _first_drawn(exchanges: list[Exchange]) -> int:
    """The position of the first exchange that is shown; a button shows those before."""
    key = f"all-{exchanges[0].conversation}"
    hidden = len(exchanges) - _DRAWN
    if hidden <= 0 or st.session_state.get(key):
        return 0
    if st.button(t("show_earlier", count=hidden), type="tertiary", icon=":material/history:"):
        st.session_state[key] = True
        return 0
    return hidden


def _selected(exchanges: list[Exchange]) -> tuple[int, int] | None:
    """Exchange and position of the citation that is shown: the chosen one, or the newest."""
    chosen = session.evidence()
    by_id = {exchange.id: exchange for exchange in exchanges}
    if chosen is not None and (chosen[0] in by_id or not chosen[0]):  # else of the page of review
        exchange = by_id.get(chosen[0])
        held = evidence_of(exchange.answer) if exchange and exchange.answer else ()
        return chosen if chosen[1] < len(held) else None
    newest = exchanges[-1]
    has_citations = newest.answer is not None and bool(newest.answer.citations)
    return (newest.id, 0) if has_citations else None


def _first_screen(index: str) -> None:
    st.title(t("title"))
    st.write(t("tagline"))
    try:
        questions = resources.example_questions(index, current_language())
        if not resources.documents(index):
            st.info(t("empty_index"))
    except RagError as error:
        st.error(t("error", error=told(error)))
        return
    if questions:
        st.caption(t("try_one"))
    for number, question in enumerate(questions):
        st.button(
            one_line(question, 200),
            key=f"example-{number}",
            on_click=conversation.ask,
            args=(question, index),
            width="stretch",
            icon=":material/help:",
        )
