"""An answer in the making: its stages, its place in the line, its draft, and Stop."""

import streamlit as st

from rag_app.answering import passages_read
from rag_app.rendering import inert
from ui import conversation, resources
from ui.language import t

_STAGES = ("searching", "reading", "writing", "checking")
_LOOK_S = 0.3  # seconds between two looks at the job


@st.fragment(run_every=_LOOK_S)
def draw_progress(exchange: int, *, stops_on_escape: bool) -> None:
    """Draw how far the answer is, again and again; at its end the page is drawn anew."""
    job = conversation.jobs().of(exchange)
    if job is None or job.ended or job.cancel.is_set():
        st.rerun()
    if job.stage in _STAGES:
        at = _STAGES.index(job.stage)
        done = [f":material/check: {t(f'did_{stage}')}" for stage in _STAGES[:at]]
        count = passages_read(resources.settings())
        st.caption(" ".join([*done, f"**{t(f'stage_{job.stage}', count=count)}**"]))
    else:
        st.caption(f"**{t('stage_loading')}**")
    if job.before:
        st.caption(f":material/hourglass_top: {t('place', count=job.before)}")
    if job.draft:
        st.markdown(f":gray[{inert(job.draft)}▌]", help=t("draft"))
    st.button(
        t("stop"),
        key=f"stop-{exchange}",
        icon=":material/stop_circle:",
        shortcut="Esc" if stops_on_escape else None,
        on_click=conversation.jobs().stop,
        args=(exchange,),
    )
