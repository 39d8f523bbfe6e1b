"""Files given by drag and drop, and how the run that reads them is getting on."""

from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ingest.removal import UPLOADS
from ingest.scanning import as_source
from rag_app.errors import RagError
from rag_app.rendering import one_line
from rag_app.store.places import index_folder, real_folder
from rag_app.whole_file import write_whole
from ui import ingesting
from ui.ingesting import IngestJob, State, Work
from ui.language import number, t
from ui.listing import listing
from ui.resources import settings
from ui.wording import worded

_NAMED = 20  # files that were not indexed, a line each
_FAILED = "upload_failed"  # names and reasons of what the last upload could not keep


def upload_box(index: str) -> None:
    """Draw the uploader; files given are kept beside the index and ingested into it."""
    kind = st.segmented_control(
        t("upload_kind"), ["files", "folder"], default="files", key="upload_kind",
        format_func=lambda kind: t(f"upload_kind_{kind}"), label_visibility="collapsed",
        required=True,
    )  # fmt: skip
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader(
            t("upload"),
            accept_multiple_files="directory" if kind == "folder" else True,
            help=t("upload_help"),
            key=f"upload_{kind}",
        )
        sent = st.form_submit_button(
            t("upload_button"),
            icon=":material/upload_file:",
        )
    if sent and files:
        st.session_state[_FAILED] = _take(index, files)
    # Kept, since the page is drawn anew when the run over the others ends.
    for failed in st.session_state.get(_FAILED, ())[:_NAMED]:
        st.error(t("upload_failed", error=one_line(failed, 500)))
    if (more := len(st.session_state.get(_FAILED, ())) - _NAMED) > 0:
        st.caption(t("and_more", count=more))


def begin(index: str, works: Sequence[Work]) -> None:
    """Start a run in the background; it waits for the one that is going on."""
    ingesting.start(index, works, settings())


def _take(index: str, files: Sequence[UploadedFile]) -> list[str]:
    """Keep the files and begin to read them; which could not be kept, with why."""
    folder = index_folder(settings(), index) / UPLOADS
    taken = _names_elsewhere(index, folder)
    failed = []
    for file in files:
        try:
            save_upload(folder, file.name, file.getbuffer(), taken)
        except OSError as error:
            failed.append(f"{file.name}: {worded(str(error.strerror))}")
    if len(failed) < len(files):
        if ingesting.is_running(index):
            st.info(t("upload_waits"))
        begin(index, [Work(folder)])
    return failed


def save_upload(
    folder: Path, name: str, data: bytes | memoryview, taken: Collection[str] = ()
) -> Path:
    """Keep one uploaded file below ``folder``; no part of its name leads out or hides it.

    It replaces the upload of the same name; where the name is ``taken`` by a document from
    elsewhere, it gets a free one: "bridge (2).txt".
    """
    name = "".join(char for char in name.replace("\\", "/") if char.isprintable())
    parts = [part.lstrip(".~") for part in PurePosixPath(name).parts]
    parts = [part for part in parts if part.strip("/ ") and not part.endswith(":")] or ["file"]
    path = _free(folder, folder.joinpath(*parts), data, taken)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, data)
    return path


def _free(folder: Path, wanted: Path, data: bytes | memoryview, taken: Collection[str]) -> Path:
    path, number = wanted, 1
    while as_source(path.relative_to(folder)) in taken or (
        # Another upload may bear this number by right; the same bytes are the same upload.
        number > 1 and path.exists() and path.read_bytes() != data
    ):
        number += 1
        path = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    return path


def _names_elsewhere(index: str, uploads: Path) -> set[str]:
    """The sources of the index that are no uploads."""
    try:
        rows = listing(index).rows
    except RagError:  # no index yet, or a damaged one, of which the run tells
        return set()
    folder = real_folder(uploads)
    others = {name for name in {row.folder for row in rows} if real_folder(name) != folder}
    return {row.record.source for row in rows if row.folder in others}


def job_progress(index: str) -> None:
    """Draw the index's job, running or ended, where there is one."""
    job = ingesting.job_of(index)
    if job is None:
        return
    if job.state.running:
        st.fragment(_running, run_every=1.0)(job)
    else:
        _ended(job)


def _running(job: IngestJob) -> None:
    state = job.state
    if not state.running:
        st.rerun()  # the whole page: its table and its buttons have changed
    st.progress(state.share, text=_how_far(state))
    st.button(t("stop"), key="ingest_stop", icon=":material/stop_circle:", on_click=job.stop)


def _how_far(state: State) -> str:
    if not state.files:  # models load and the folder is looked through first
        return t("upload_starting")
    return t(
        "upload_running",
        done=number(state.files_done),
        files=number(state.files),
        chunks=number(state.chunks),
        rate=number(state.rate),
        current=one_line(state.current, 40),
    )


def _ended(job: IngestJob) -> None:
    state: State = job.state
    for error in state.errors:
        st.error(t("upload_failed", error=one_line(worded(error), 500)))
    if not state.errors:
        st.success(
            t(
                "upload_done",
                indexed=number(state.indexed),
                rejected=number(len(state.rejected)),
                removed=number(state.removed),
                seconds=number(state.seconds),
            )
        )
    for source, why in state.rejected[:_NAMED]:
        st.warning(f"{one_line(source)}: {one_line(worded(why), 300)}")
    if len(state.rejected) > _NAMED:
        st.caption(t("upload_more", count=len(state.rejected) - _NAMED))
    st.button(
        t("dismiss"), key="ingest_dismiss", on_click=ingesting.dismiss, args=(job.index,),
        type="tertiary",
    )  # fmt: skip
