"""Every file that the index knows, and why a file is not in it."""

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import inert
from ui import resources, session
from ui.language import t


def documents() -> None:
    """Draw the page."""
    st.title(t("page_documents"))
    index = session.chosen_index(resources.indexes())
    if index is None:
        st.info(t("no_index"))
        return
    try:
        records = resources.documents(index)
    except RagError as error:
        st.error(t("error", error=inert(str(error))))
        return
    st.caption(t("documents_intro"))
    st.dataframe(
        [
            {
                t("column_file"): record.source,
                t("column_outcome"): t("outcome_indexed")
                if record.outcome == "indexed"
                else record.outcome,
                t("column_pages"): record.pages,
                t("column_passages"): record.chunks,
                t("column_size"): round(record.size / 1000, 1),
                t("column_language"): record.language,
                t("reason"): record.detail,
            }
            for record in records
        ],
        hide_index=True,
        width="stretch",
    )
