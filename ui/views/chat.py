"""The conversation: question, streamed draft, checked answer, and its evidence."""

import streamlit as st

from rag_app.content_filter import veiled
from rag_app.errors import Cancelled, RagError
from rag_app.rendering import answer_markdown, inert, marked_html, one_line
from rag_app.values import Answer, Citation, Passage
from ui import resources, session
from ui.generation import Failed, Stage, Token, answer_events
from ui.language import current_language, t

_AROUND = 400  # characters of the page on either side of a quote
_NEAREST = 3  # passages shown under an abstention
_MODEL_AVATAR, _USER_AVATAR = ":material/menu_book:", ":material/person:"


def chat() -> None:
    """Draw the page."""
    index = session.chosen_index(resources.indexes())
    typed = st.chat_input(
        t("ask_placeholder"),
        key="question",
        max_chars=resources.settings().max_question_chars,
        disabled=index is None,
    )
    if index is None:
        st.title(t("title"))
        st.info(t("no_index"))
        return
    for number, turn in enumerate(session.turns()):
        _draw_turn(turn, number)
    question = typed or session.next_question()
    if question:
        _answer(question, index)
    elif not session.turns():
        _first_screen(index)


def _first_screen(index: str) -> None:
    st.title(t("title"))
    st.write(t("tagline"))
    try:
        questions = resources.example_questions(index, current_language())
        if not resources.documents(index):
            st.info(t("empty_index"))
    except RagError as error:
        st.error(t("error", error=inert(str(error))))
        return
    if questions:
        st.caption(t("try_one"))
    for number, question in enumerate(questions):
        st.button(
            one_line(question, 200),
            key=f"example-{number}",
            on_click=session.ask_next,
            args=(question,),
            width="stretch",
            icon=":material/help:",
        )


def _answer(question: str, index: str) -> None:
    with st.chat_message("user", avatar=_USER_AVATAR):
        st.markdown(inert(question))
    with st.chat_message("assistant", avatar=_MODEL_AVATAR):
        stage, draft, stop = st.empty(), st.empty(), st.empty()
        # Any click runs the script anew, which closes the events below and so stops the model.
        stop.button(t("stop"), key="stop", icon=":material/stop_circle:")
        stage.caption(t("stage_loading"))
        kept = session.Turn(question, index, None, "stopped")
        position = len(session.turns())
        # Kept before the answer is there: Stop ends this run wherever it is.
        session.turns().append(kept)
        try:
            resources.models()
        except RagError as error:
            session.turns()[position] = session.Turn(question, index, None, str(error))
            st.rerun()
        text, last = "", "searching"
        for event in answer_events(question, index, resources.settings()):
            if isinstance(event, Stage):
                last = event.name or last
                stage.caption(t(f"stage_{last}"))
            elif isinstance(event, Token):
                text += event.text
                draft.markdown(f":gray[{inert(text)}▌]", help=t("draft"))
            elif isinstance(event, Failed):
                session.turns()[position] = session.Turn(question, index, None, _note(event.error))
            else:
                session.turns()[position] = session.Turn(question, index, event)
    st.rerun()


def _note(error: Exception) -> str:
    if isinstance(error, Cancelled):
        return "stopped"
    return str(error) if isinstance(error, RagError) else "unexpected"


def _draw_turn(turn: session.Turn, number: int) -> None:
    with st.chat_message("user", avatar=_USER_AVATAR):
        st.markdown(inert(turn.question))
    with st.chat_message("assistant", avatar=_MODEL_AVATAR):
        if turn.answer is None:
            if turn.note in ("stopped", "unexpected"):
                st.caption(t(turn.note))
            else:
                st.error(t("error", error=inert(turn.note)))
        elif turn.answer.abstained:
            _draw_abstention(turn.answer, turn.index, number)
        else:
            _draw_answer(turn.answer, turn.index, number)


def _draw_answer(answer: Answer, index: str, number: int) -> None:
    st.markdown(answer_markdown(answer.text))
    for citation in answer.citations:
        label = f"[{citation.number}] {citation.source} · {_page(citation.page)}"
        with st.expander(inert(label), icon=":material/format_quote:"):
            _draw_citation(citation, index)
    how = t("by_model" if answer.answered_by == "llm" else "by_quotation")
    st.caption(f"{how} · {_cost(answer)}")


def _draw_citation(citation: Citation, index: str) -> None:
    text = resources.database(index).page_text(citation.source, citation.page)
    if text is None or text[citation.start : citation.end] != citation.quote:
        st.markdown(f"> {inert(citation.quote)}")  # the file changed since the answer was given
        return
    st.caption(t("evidence_of"))
    text = veiled(text, resources.settings())
    st.html(marked_html(text, citation.start, citation.end, around=_AROUND))


def _draw_abstention(answer: Answer, index: str, number: int) -> None:
    if answer.answered_by == "filter":
        st.info(inert(answer.text))
        return
    st.markdown(f"**{t('abstained_title')}**")
    st.caption(t("abstained_hint"))
    for passage in answer.passages[:_NEAREST]:
        with st.expander(inert(f"{passage.source} · {_page(passage.page)}")):
            _draw_passage(passage, index)
    st.caption(_cost(answer))


def _draw_passage(passage: Passage, index: str) -> None:
    text = resources.database(index).page_text(passage.source, passage.page)
    if text is not None and text[passage.start : passage.end] == passage.text:
        text = veiled(text, resources.settings())
        st.html(marked_html(text, passage.start, passage.end, around=_AROUND))
    else:
        st.markdown(inert(passage.text))


def _page(page: int | None) -> str:
    return t("no_page") if page is None else t("page", page=page)


def _cost(answer: Answer) -> str:
    usage = answer.usage
    cost = t("meta", seconds=usage.seconds.get("total", 0.0), support=answer.support)
    if usage.completion_tokens:
        tokens = t("meta_tokens", prompt=usage.prompt_tokens, completion=usage.completion_tokens)
        cost = f"{cost} · {tokens}"
    return cost
