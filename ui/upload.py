"""Uploaded files into the index, in a process of their own, with visible progress."""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import streamlit as st

from rag_app.rendering import one_line
from rag_app.settings import Settings
from rag_app.store.places import index_folder
from ui.language import t
from ui.resources import settings

UPLOADS = "uploads"  # folder within the index's own


def upload_box(index: str) -> None:
    """Draw the uploader; files given are kept beside the index and ingested into it."""
    with st.form("upload", clear_on_submit=True, border=False):
        files = st.file_uploader(
            t("upload"), accept_multiple_files=True, help=t("upload_help"), key="upload_files"
        )
        sent = st.form_submit_button(t("upload_button"), icon=":material/upload_file:")
    if sent and files:
        folder = index_folder(settings(), index) / UPLOADS
        for file in files:
            save_upload(folder, file.name, file.getbuffer())
        _ingest(folder, index, settings())


def save_upload(folder: Path, name: str, data: bytes | memoryview) -> Path:
    """Keep one uploaded file; its name is the user's, so only the last part of it is used."""
    safe = PurePosixPath(name.replace("\\", "/")).name.lstrip(".~") or "file"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / safe
    fresh = path.with_name(f".{safe}.part")
    fresh.write_bytes(data)
    fresh.replace(path)
    return path


def _ingest(folder: Path, index: str, current: Settings) -> None:
    command = [sys.executable, "-m", "ingest", str(folder), "--index", index, "--json-progress"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_environment(current),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    bar = st.progress(0.0)
    last: dict[str, Any] = {}
    for line in process.stdout:
        last = json.loads(line)
        if "files_done" in last:
            bar.progress(
                min(1.0, last["bytes_done"] / max(1.0, last["bytes"])),
                text=t(
                    "upload_running",
                    done=last["files_done"],
                    files=last["files"],
                    chunks=last["chunks"],
                    current=one_line(last["current"], 40),
                ),
            )
    bar.empty()
    problem = process.stderr.read()
    if process.wait() != 0:
        st.error(t("upload_failed", error=one_line(problem.removeprefix("error: "), 500)))
        return
    done = [file for file in last["files"] if file["action"] in ("added", "changed")]
    rejected = [file for file in done if file["outcome"] != "indexed"]
    st.success(t("upload_done", indexed=len(done) - len(rejected), rejected=len(rejected)))
    for file in rejected:
        st.warning(f"{one_line(file['source'])}: {one_line(file['detail'], 300)}")


def _environment(current: Settings) -> dict[str, str]:
    import os

    return {**os.environ, "RAG_INDEXES_DIR": str(current.indexes_dir)}
