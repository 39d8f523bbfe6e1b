"""What is done to documents from their page: read again, deleted, brought back."""

from pathlib import Path

import streamlit as st

from ingest.ignoring import ignored_files, restore
from ingest.removal import UPLOADS, remove
from rag_app.errors import RagError
from rag_app.rendering import one_line
from rag_app.store.places import index_folder, real_folder
from ui import ingesting, resources
from ui.ingesting import Work
from ui.language import t
from ui.listing import Row
from ui.upload import begin
from ui.wording import told

_NAMED = 10  # files named before they are deleted
_SAID = "documents_said"


def actions(selected: list[Row], index: str) -> None:
    """Draw what may be done with the selected files: read again, delete."""
    again, out = st.columns(2)
    folders: dict[str, list[str]] = {}
    for row in selected:
        if row.folder:
            folders.setdefault(row.folder, []).append(row.record.source)
    works = [Work(Path(folder), tuple(sources)) for folder, sources in folders.items()]
    again.button(
        t("read_again", count=len(selected)), key="read_again", icon=":material/refresh:",
        help=t("read_again_help"), width="stretch", on_click=begin, args=(index, works),
        disabled=ingesting.is_running(index) or not works,
    )  # fmt: skip
    if out.button(
        t("delete_selected", count=len(selected)), key="delete", icon=":material/delete:",
        width="stretch", disabled=ingesting.is_running(index),
    ):  # fmt: skip
        st.dialog(t("delete_title"))(_confirm)(selected, index)


def taken_out(index: str) -> None:
    """Draw the files that were deleted from the index and stay on the disk, to bring them back."""
    home = index_folder(resources.settings(), index)
    listed = ignored_files(home)
    if not listed:
        return
    with st.expander(t("taken_out", count=len(listed))):
        st.caption(t("taken_out_help"))
        names = {f"{item.folder}/{item.source}": item for item in listed}
        back = st.multiselect(t("taken_out_which"), list(names), key="taken_out")
        if st.button(
            t("bring_back"), key="bring_back", icon=":material/undo:",
            disabled=not back or ingesting.is_running(index),
        ):  # fmt: skip
            items = [names[name] for name in back]
            try:
                restore(home, items)
            except RagError as error:
                st.error(t("error", error=told(error)))
                return
            begin(index, [Work(Path(root)) for root in {item.folder for item in items}])
            st.rerun()


def say() -> None:
    """Draw what came of the last click, once."""
    said = st.session_state.pop(_SAID, None)
    if said is not None and said[0] == "error":
        st.error(t("error", error=said[1]))
    elif said is not None:
        st.toast(t("deleted", count=said[1]), icon=":material/delete:")


def _confirm(selected: list[Row], index: str) -> None:
    for row in selected[:_NAMED]:
        st.markdown(f"- {one_line(row.record.source)}")
    if len(selected) > _NAMED:
        st.caption(t("and_more", count=len(selected) - _NAMED))
    uploads = real_folder(index_folder(resources.settings(), index) / UPLOADS)
    folders = {real_folder(row.folder) for row in selected}
    if uploads in folders:
        st.warning(t("delete_uploads"))
    if folders - {uploads}:
        st.info(t("delete_files"))
    sources = [row.record.source for row in selected]
    if st.button(
        t("delete_confirm"), key="delete_confirm", type="primary", on_click=_delete,
        args=(sources, index),
    ):  # fmt: skip
        st.rerun()  # closes the dialog


def _delete(sources: list[str], index: str) -> None:
    try:
        remove(sources, index=index, settings=resources.settings())
    except RagError as error:
        st.session_state[_SAID] = ("error", told(error))
    else:
        st.session_state[_SAID] = ("deleted", str(len(sources)))
