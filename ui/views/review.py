"""Answers gone through by a person: each judged right or wrong, and what was judged summed up."""

import time

import streamlit as st

from rag_app.errors import RagError
from rag_app.log import Kind
from rag_app.review import Share, shares
from ui import conversation, session
from ui.language import number, t
from ui.review_file import draw_question_file, forget_kept_file
from ui.review_item import draw_item
from ui.scripts import cite_by_click, show_top_of_review
from ui.wording import told

_KINDS: tuple[Kind, ...] = ("to_review", "complained", "withheld", "reviewed", "all")
_KIND = "review_kind"  # of the box that chooses one
_SINCE = "review_since"  # what is judged after this moment stays where it is in the list
_SHOWN = "review_shown"  # the kind and the page that were drawn last
_PAGE = 10  # exchanges drawn at a time


def review() -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    st.title(t("page_review"))
    if _KIND not in st.session_state:  # the page was left, and its boxes forgotten
        forget_kept_file()
        _open()
    top, rows = st.container(), st.container()  # what comes above moves nothing below it
    with top:
        if not conversation.current_settings().log:
            st.info(t("review_in_memory"))
        if fault := session.fault():
            st.error(t("error", error=told(fault)))
    try:
        with top:
            if _sum():
                draw_question_file()
        with rows:
            _list()
    except RagError as error:
        st.error(t("error", error=told(error)))
    cite_by_click()


def _open() -> None:
    """Begin a list anew: what is judged so far goes where it belongs."""
    st.session_state[_SINCE] = time.time()
    st.session_state.pop(_SHOWN, None)


def _sum() -> int:
    """How many are judged."""
    answered, withheld = shares(conversation.log().verdicts(session.user()))
    if not (count := answered.count + withheld.count):
        st.caption(t("review_none_judged"))
        return 0
    judged, of_answered, of_withheld = st.columns(3)
    judged.metric(t("review_judged"), number(count))
    with of_answered.container(gap=None):
        _share(t("review_share_answered"), answered)
    with of_withheld.container(gap=None):
        _share(t("review_share_withheld"), withheld)
    return count


def _share(label: str, share: Share) -> None:
    if not share.count:
        st.metric(label, "–")
        return
    low, high = share.interval
    st.metric(label, f"{share.right / share.count:.0%}")
    st.caption(
        t(
            "review_share",
            right=number(share.right), count=number(share.count), low=low, high=high,
        )
    )  # fmt: skip


def _list() -> None:
    kind: Kind = st.segmented_control(
        t("review_kind"), _KINDS, default=_KINDS[0], key=_KIND, required=True, on_change=_open,
        format_func=lambda kind: t(f"review_kind_{kind}"), label_visibility="collapsed",
    )  # fmt: skip
    log, user, since = conversation.log(), session.user(), st.session_state[_SINCE]
    count = log.count(kind, user, since=since)
    if not count:
        st.info(t("review_nothing_to_review" if kind == "to_review" else "review_nothing"))
        return
    st.caption(t("review_count", count=number(count)))
    rows = st.container()
    at, last = 1, -(-count // _PAGE)
    if last > 1:
        key = f"review_page:{kind}"
        if st.session_state.get(key, 1) > last:  # there were more of them
            st.session_state[key] = last
        at = st.pagination(last, key=key)
    first = (at - 1) * _PAGE
    with rows:
        for place, exchange in enumerate(
            log.listed(kind, user, since=since, skip=first, limit=_PAGE), first + 1
        ):
            draw_item(exchange, place)
    if st.session_state.get(_SHOWN, (kind, at)) != (kind, at):  # the pages are turned at the end
        show_top_of_review(f"{kind}-{at}")
    st.session_state[_SHOWN] = (kind, at)
