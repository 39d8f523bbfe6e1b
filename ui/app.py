"""The chat's front door: ``streamlit run ui/app.py``."""

from pathlib import Path

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import inert, one_line
from ui import resources, session
from ui.language import language_switch, t
from ui.sign_in import may_enter, sign_out
from ui.upload import job_progress, upload_box
from ui.views.chat import chat
from ui.views.documents import documents
from ui.views.evaluation import evaluation
from ui.views.system import system

_STYLE = Path(__file__).parent / "style.css"
_ICON = Path(__file__).parent / "icon.svg"  # a named one would be fetched from its maker
_LISTED = 30  # files named in the sidebar; the documents page has them all


def main() -> None:
    """Draw the frame, the sidebar and the page that was chosen."""
    st.set_page_config(page_title=t("title"), page_icon=str(_ICON), layout="centered")
    st.html(_STYLE)
    if not may_enter():
        return
    page = st.navigation(
        [
            st.Page(chat, title=t("page_chat"), icon=":material/forum:", url_path="chat",
                    default=True),
            st.Page(documents, title=t("page_documents"), icon=":material/folder:",
                    url_path="documents"),
            st.Page(evaluation, title=t("page_evaluation"), icon=":material/fact_check:",
                    url_path="evaluation"),
            st.Page(system, title=t("page_system"), icon=":material/monitoring:",
                    url_path="system"),
        ]
    )  # fmt: skip
    with st.sidebar:
        _sidebar(uploads=page.url_path != "documents")  # that page has the uploader itself
    page.run()


def _sidebar(*, uploads: bool) -> None:
    language_switch()
    st.button(t("new_chat"), on_click=session.clear, icon=":material/add_comment:", width="stretch")
    names = resources.indexes()
    index = session.chosen_index(names)
    if index is not None:
        if session.INDEX_KEY not in st.session_state:
            st.session_state[session.INDEX_KEY] = index
        st.selectbox(t("index"), names, key=session.INDEX_KEY)
        _files(index)
    if uploads:
        upload_box(index or "default")
        job_progress(index or "default")
    sign_out()
    if running := resources.models_if_loaded():
        st.caption(inert(running))


def _files(index: str) -> None:
    try:
        records = resources.documents(index)
    except RagError as error:
        st.error(inert(str(error)))
        return
    good = [record for record in records if record.outcome == "indexed"]
    chunks = sum(record.chunks for record in good)
    st.caption(t("files_indexed", count=len(good), chunks=f"{chunks:,}"))
    with st.expander(t("files")):
        for record in good[:_LISTED]:
            st.markdown(f"- {one_line(record.source)}")
        if len(good) > _LISTED:
            st.caption("…")
    if len(good) < len(records):
        st.caption(f":orange[{t('files_rejected', count=len(records) - len(good))}]")


main()
