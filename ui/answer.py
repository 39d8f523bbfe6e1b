"""One exchange: the question, the answer as it is made and as it stands, and what to do with it."""

import streamlit as st

from rag_app.identity import scope_in
from rag_app.question.follow_ups import follow_ups
from rag_app.rendering import answer_markdown, inert, one_line
from rag_app.values import Answer, Exchange
from ui import conversation, session
from ui.actions import draw_actions
from ui.evidence import evidence_of, place_of
from ui.explanation import draw_explanation
from ui.jobs import UNEXPECTED
from ui.language import number, t
from ui.progress import draw_progress
from ui.scope import describe
from ui.wording import told

_DOUBT = "orange-badge[:material/warning:"
_BADGE = {"misattributed": "gray-badge[:material/published_with_changes:"}  # it is mended
_LONGEST_WORD = 60  # characters; what has more is no word that one would look for
_WEAK = 0.65  # support below which an answer carries a warning
_MODEL_AVATAR, _USER_AVATAR = ":material/menu_book:", ":material/person:"


def draw_exchange(exchange: Exchange, *, later: int, selected: int | None) -> None:
    """Draw it. ``later`` exchanges follow; ``selected`` is the citation shown beside it."""
    with st.chat_message("user", avatar=_USER_AVATAR):
        st.markdown(inert(exchange.question))
    with st.chat_message("assistant", avatar=_MODEL_AVATAR):
        if conversation.is_answering(exchange):
            draw_progress(exchange.id, stops_on_escape=not later)
        elif exchange.answer is not None:
            _draw_answer(exchange, exchange.answer, later=later, selected=selected)
        else:
            tell_failure(exchange)
            draw_actions(exchange, None, later)


def draw_text(exchange: Exchange, answer: Answer, selected: int | None) -> None:
    """Draw what an answer says, and a button for each of its sources."""
    if answer.rewritten:
        st.caption(f":material/edit_note: {t('rewritten', question=inert(answer.rewritten))}")
    if answer.answered_by == "filter":
        st.info(inert(answer.text))
    elif answer.abstained:
        unwritten = bool(answer.model)  # a model wrote, and nothing of it held
        if answer.coverage is not None:  # it says itself what was looked for
            title = inert(answer.text)
        else:
            title = t("unwritten_title" if unwritten else "abstained_title")
        st.markdown(f"**{title}**")
        if answer.passages:
            st.caption(t("unwritten_hint" if unwritten else "abstained_hint"))
        _draw_sources(exchange, answer, selected)
    else:
        with st.container(key=f"answer-{exchange.id}"):  # where a number is clicked: see scripts
            st.markdown(answer_markdown(answer.text, _notes(answer)))
            if answer.support < _WEAK:
                st.caption(f":material/info: {t('weak', support=answer.support)}")
            _draw_sources(exchange, answer, selected)
    if answer.coverage is not None:
        _draw_coverage(answer)
    if answer.absent:
        words = ", ".join(f"“{one_line(word, _LONGEST_WORD)}”" for word in answer.absent)
        st.caption(f":material/search_off: {t('absent', words=words)}")


def tell_failure(exchange: Exchange) -> None:
    """Draw what stands where no answer came."""
    if exchange.state == "failed":
        known = exchange.note != UNEXPECTED
        st.error(t("error", error=told(exchange.note)) if known else t("unexpected"))
    else:
        st.caption(t("stopped" if exchange.state == "stopped" else "not_answered"))


def _draw_answer(exchange: Exchange, answer: Answer, *, later: int, selected: int | None) -> None:
    draw_text(exchange, answer, selected)
    st.caption(_cost(exchange, answer))
    draw_actions(exchange, answer, later)
    draw_explanation(exchange, answer)
    if not later:
        _draw_follow_ups(exchange, answer)


def _notes(answer: Answer) -> list[tuple[str, str]]:
    """The sentences that are not simply supported, each with a badge that says what it is."""
    return [
        (claim.text, f":{_BADGE.get(claim.label, _DOUBT)} {t(f'claim_{claim.label}')}]")
        for claim in answer.claims
        if claim.label != "supported"
    ]


def _draw_sources(exchange: Exchange, answer: Answer, selected: int | None) -> None:
    """A button a citation, under the number that it has in the text."""
    with st.container(horizontal=True, gap="small", key=f"sources-{exchange.id}"):
        for position, citation in enumerate(evidence_of(answer)):
            name = citation.source.rsplit("/", 1)[-1]
            number = f"\\[{citation.number}\\] " if answer.citations else ""
            st.button(
                f"{number}{one_line(name, 32)} · {place_of(citation)}",
                key=f"cite-{exchange.id}-{position}",
                type="primary" if position == selected else "secondary",
                help=one_line(citation.source, 200),
                on_click=session.show_evidence,
                args=(exchange.id, position),
            )


def _draw_coverage(answer: Answer) -> None:
    coverage = answer.coverage
    assert coverage is not None
    if coverage.passages:
        st.caption(
            ":material/fact_check: "
            + t(
                "coverage",
                read=number(coverage.read),
                passages=number(coverage.passages),
                files=number(coverage.files),
            )
        )
    if coverage.unreadable:
        with st.expander(t("unreadable", count=len(coverage.unreadable)), type="compact"):
            for source in coverage.unreadable:
                st.markdown(one_line(source, 200))


def _draw_follow_ups(exchange: Exchange, answer: Answer) -> None:
    questions = follow_ups(answer)
    key = f"next-{exchange.id}"
    if questions:
        st.pills(
            t("follow_ups"),
            questions,
            format_func=lambda question: one_line(question, 200),
            key=key,
            on_change=lambda: conversation.ask(st.session_state[key], exchange.index),
            required=True,
        )


def _cost(exchange: Exchange, answer: Answer) -> str:
    usage = answer.usage
    writing = usage.seconds.get("writing", 0.0)
    parts = [
        ""
        if answer.abstained
        else t("by_model" if answer.answered_by == "llm" else "by_quotation"),
        t("from_cache") if answer.cached else "",
        t("meta", seconds=number(usage.seconds.get("total", 0.0), 1)),
        t("meta_support", support=answer.support) if answer.coverage is None else "",
    ]
    if usage.completion_tokens and answer.answered_by == "llm" and not answer.cached:
        rate = usage.completion_tokens / writing if writing else 0.0
        parts.append(t("meta_tokens", tokens=number(usage.completion_tokens), rate=number(rate)))
    scope = scope_in(exchange.identity)
    if scope is not None:
        parts.append(t("asked_over", scope=describe(scope)))
    return " · ".join(part for part in parts if part)
