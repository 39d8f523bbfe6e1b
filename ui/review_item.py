"""One exchange to be judged: the question, the answer with its sources, what was said of it."""

from urllib.parse import quote

import streamlit as st

from rag_app.rendering import inert, one_line
from rag_app.values import Answer, Exchange
from ui import conversation, session
from ui.answer import draw_text, tell_failure
from ui.clock import local
from ui.evidence import draw_evidence, evidence_of
from ui.language import LANGUAGES, current_language, t
from ui.reachable import unseen_heading
from ui.review_file import forget_kept_file

_LONGEST = 1000  # characters of what would have been right
_ANSWER_AND_EVIDENCE = (1, 1)
_ICONS = {
    "right": ":material/check:",
    "wrong": ":material/close:",
    "unfounded": ":material/block:",
}


def draw_item(exchange: Exchange, number: int) -> None:
    """Draw it as the list's ``number``th, with the evidence beside it that was chosen."""
    selected = _selected(exchange)
    with st.container(border=True, key=f"review-{exchange.id}"):
        unseen_heading(2, t("read_out_question", number=number), f"review-{exchange.id}")
        if selected is None:
            _draw(exchange, None)
        else:
            beside, evidence = st.columns(_ANSWER_AND_EVIDENCE, gap="medium")
            with beside:
                _draw(exchange, selected)
            with evidence:
                draw_evidence(exchange, selected)


def _selected(exchange: Exchange) -> int | None:
    """The citation of it that was chosen to be seen."""
    of, position = session.evidence() or (0, 0)
    if of != exchange.id or exchange.answer is None:
        return None
    return position if position < len(evidence_of(exchange.answer)) else None


def _draw(exchange: Exchange, selected: int | None) -> None:
    answer = exchange.answer
    st.markdown(f"**{inert(' '.join(exchange.question.split()))}**")
    st.caption(" · ".join(_circumstances(exchange, answer)))
    if answer is not None:
        draw_text(exchange, answer, selected)
    elif conversation.is_answering(exchange):
        st.caption(t("read_out_asked"))
    else:
        tell_failure(exchange)
    if exchange.rating is not None:
        is_good = exchange.rating == 1
        icon, key = ("thumb_up", "good") if is_good else ("thumb_down", "bad")
        st.caption(f":material/{icon}: {t(f'review_rated_{key}')}")
    if exchange.comment:
        st.caption(f":material/mode_comment: {one_line(exchange.comment, _LONGEST)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if answer is not None:
            _draw_verdict(exchange, answer)
        if exchange.conversation:
            st.link_button(
                t("review_open"),
                _address(exchange.conversation),
                key=f"conversation-{exchange.id}",
                type="tertiary",
                icon=":material/open_in_new:",
            )
    is_rightly_withheld = exchange.verdict == "right" and answer is not None and answer.abstained
    if exchange.verdict in ("right", "wrong") and not is_rightly_withheld:
        _draw_expected(exchange)


def _address(conversation: str) -> str:
    """Of the chat's page, in the language of this one: a new tab knows the browser's alone."""
    language = LANGUAGES[current_language()]  # as the switch writes it into an address
    return f"./?c={quote(conversation)}&lang={quote(language)}"


def _circumstances(exchange: Exchange, answer: Answer | None) -> list[str]:
    told = [
        t("when", at=local(exchange.asked)),
        t("review_index", index=one_line(exchange.index)),
    ]
    if answer is not None and answer.coverage is None:
        told.append(t("meta_support", support=answer.support))
    return told


def _draw_verdict(exchange: Exchange, answer: Answer) -> None:
    key = f"verdict-{exchange.id}"
    st.session_state[key] = exchange.verdict or None  # what the log holds, whoever judged it
    st.segmented_control(
        t("review_verdict"),
        [verdict for verdict in _ICONS if verdict != "unfounded" or not answer.abstained],
        key=key,
        format_func=lambda verdict: f"{_ICONS[verdict]} {t(f'review_{verdict}')}",
        label_visibility="collapsed",
        on_change=_judge,
        args=(exchange.id, key),
    )


def _draw_expected(exchange: Exchange) -> None:
    key = f"expected-{exchange.id}"
    said = st.text_area(
        t("review_expected"),
        exchange.expected,
        key=key,
        height=80,
        max_chars=_LONGEST,
        placeholder=t("review_expected_hint"),
        on_change=_expect,
        args=(exchange.id, key),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            t("save"), key=f"save-{key}", type="tertiary", icon=":material/save:",
            on_click=_expect, args=(exchange.id, key),
        )  # fmt: skip
        if exchange.expected and said.strip() == exchange.expected:
            st.caption(f":material/check: {t('review_saved')}", width="content")


@session.tells_faults
def _judge(exchange: int, key: str) -> None:
    """Keep the verdict that was pressed; pressed again it is taken back."""
    conversation.log().review(exchange, verdict=st.session_state[key] or "")
    forget_kept_file()


@session.tells_faults
def _expect(exchange: int, key: str) -> None:
    """Keep what would have been right."""
    conversation.log().review(exchange, expected=st.session_state[key].strip())
    forget_kept_file()
