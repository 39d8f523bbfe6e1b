"""The chat's pages and their frame; ``ui/server.py`` serves them."""

from pathlib import Path

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import inert
from rag_app.values import INDEXED
from ui import resources, session
from ui.conversation import index_of
from ui.history import history
from ui.language import language_switch, number, t, widget_words
from ui.reachable import keep_reachable
from ui.scope import asked_over
from ui.scripts import uncover_by_click
from ui.sign_in import may_enter, sign_out
from ui.upload import job_progress, upload_box
from ui.views.chat import chat
from ui.views.documents import documents
from ui.views.evaluation import evaluation
from ui.views.review import review
from ui.views.system import system
from ui.wording import told, worded

_STYLE = Path(__file__).parent / "style.css"
_ICON = Path(__file__).parent / "icon.svg"  # a named one would be fetched from its maker


def main() -> None:
    """Draw the frame, the sidebar and the page that was chosen."""
    st.set_page_config(page_title=t("title"), page_icon=str(_ICON), layout="wide")
    st.html(_STYLE)
    if not may_enter():
        return
    widget_words()
    conversation = st.Page(
        chat, title=t("page_chat"), icon=":material/forum:", url_path="chat", default=True
    )
    page = st.navigation(
        [
            conversation,
            st.Page(documents, title=t("page_documents"), icon=":material/folder:",
                    url_path="documents"),
            st.Page(evaluation, title=t("page_evaluation"), icon=":material/fact_check:",
                    url_path="evaluation"),
            st.Page(review, title=t("page_review"), icon=":material/rate_review:",
                    url_path="review"),
            st.Page(system, title=t("page_system"), icon=":material/monitoring:",
                    url_path="system"),
        ]
    )  # fmt: skip
    if page != conversation:
        session.leave_address()
    with st.sidebar:
        was_chosen = _sidebar(uploads=page.url_path != "documents")
    if was_chosen and page != conversation:
        st.switch_page(conversation)
    page.run()
    with st.sidebar:
        if running := resources.models_if_loaded():
            st.caption(inert(worded(running)))
        uncover_by_click()
        keep_reachable()


def _sidebar(*, uploads: bool) -> bool:
    """Whether a conversation was chosen or begun in it; the documents page has its own uploader."""
    language_switch()
    names = resources.indexes()
    session.follow_index(names, index_of)
    index = session.chosen_index(names)
    if index is not None:
        asked_over(names, index)
        session.keep_index(session.chosen_index(names) or index)
        session.keep_scope()
        _files(index)
    st.divider()
    was_chosen = history()
    st.divider()
    if uploads:
        upload_box(index or "default")
        job_progress(index or "default")
    sign_out()
    return was_chosen


def _files(index: str) -> None:
    try:
        records = resources.documents(index)
    except RagError as error:
        st.error(told(error))
        return
    good = [record for record in records if record.outcome == INDEXED]
    chunks = sum(record.chunks for record in good)
    st.caption(t("files_indexed", count=number(len(good)), chunks=number(chunks)))
    if len(good) < len(records):
        st.caption(f":orange[{t('files_rejected', count=number(len(records) - len(good)))}]")


main()
