"""The chat's front door: ``streamlit run ui/app.py``."""

from pathlib import Path

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import inert
from ui import resources, session
from ui.exposure import is_private
from ui.history import history
from ui.language import language_switch, t
from ui.scope import asked_over
from ui.upload import upload_box
from ui.views.chat import chat
from ui.views.documents import documents

_STYLE = Path(__file__).parent / "style.css"
_ICON = Path(__file__).parent / "icon.svg"  # a named one would be fetched from its maker


def main() -> None:
    """Draw the frame, the sidebar and the page that was chosen."""
    st.set_page_config(page_title=t("title"), page_icon=str(_ICON), layout="wide")
    st.html(_STYLE)
    if not is_private():
        st.error(t("exposed"))
        return
    conversation = st.Page(
        chat, title=t("page_chat"), icon=":material/forum:", url_path="chat", default=True
    )
    page = st.navigation(
        [
            conversation,
            st.Page(documents, title=t("page_documents"), icon=":material/folder:",
                    url_path="documents"),
        ]
    )  # fmt: skip
    with st.sidebar:
        was_chosen = _sidebar()
    if was_chosen and page != conversation:
        st.switch_page(conversation)
    page.run()
    with st.sidebar:
        if running := resources.models_if_loaded():
            st.caption(inert(running))


def _sidebar() -> bool:
    """Whether a conversation was chosen or begun in it."""
    language_switch()
    names = resources.indexes()
    index = session.chosen_index(names)
    if index is not None:
        asked_over(names, index)
        _files(index)
    st.divider()
    was_chosen = history()
    st.divider()
    upload_box(index or "default")
    return was_chosen


def _files(index: str) -> None:
    try:
        records = resources.documents(index)
    except RagError as error:
        st.error(inert(str(error)))
        return
    good = [record for record in records if record.outcome == "indexed"]
    chunks = sum(record.chunks for record in good)
    st.caption(t("files_indexed", count=len(good), chunks=f"{chunks:,}"))
    if len(good) < len(records):
        st.caption(f":orange[{t('files_rejected', count=len(records) - len(good))}]")


main()
