"""Ingest runs in the background: processes of their own, which outlive reruns, tabs and pages."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from rag_app.settings import Settings
from rag_app.values import INDEXED
from ui.server_log import note_traceback

# Unlike SIGINT it ends a child that has no handler yet without a traceback, and is never ignored
# where the server was started in the background.
_STOP = signal.SIGTERM
_STOPPED = (-_STOP, 130)  # exit codes: before there was a handler, and stopped a second time

_starting = threading.Lock()
_ERROR = re.compile(r"^error: ", re.MULTILINE)  # warnings may stand before it


@dataclass(frozen=True)
class Work:
    """One folder to bring into the index."""

    folder: Path
    again: tuple[str, ...] = ()  # sources to read even if they did not change


@dataclass(frozen=True)
class State:
    """How far a job is, or how it ended."""

    running: bool = True
    share: float = 0.0  # of the bytes to be read, 0 to 1
    files_done: int = 0
    files: int = 0
    chunks: int = 0
    current: str = ""  # source of the file in hand
    seconds: float = 0.0
    indexed: int = 0  # files that were read and are in the index
    removed: int = 0
    rejected: tuple[tuple[str, str], ...] = field(default_factory=tuple)  # source and why
    errors: tuple[str, ...] = ()  # for the user, one a folder that failed

    @property
    def rate(self) -> float:
        """Chunks a second."""
        return self.chunks / self.seconds if self.seconds else 0.0


class IngestJob:
    """One run after another over some folders; ``state`` may be read from any thread.

    A folder that comes while another is read waits for its turn.
    """

    def __init__(self, index: str, works: Sequence[Work], settings: Settings) -> None:
        self.index = index
        self.state = State()
        self._works = deque(works)
        self._settings = settings
        self._began = time.monotonic()
        self._turn = threading.Lock()  # no work comes between the last one's end and the job's
        self._ended = self._stopped = False
        self._process: subprocess.Popen[str] | None = None
        threading.Thread(target=self._run, name=f"ingest {index}", daemon=True).start()

    def add(self, works: Sequence[Work]) -> bool:
        """Read these folders too, after the others; False where the job has ended."""
        with self._turn:
            if not self._ended:
                self._works.extend(works)
            return not self._ended

    def stop(self) -> None:
        """End after the file in hand; what was finished stays."""
        with self._turn:
            self._works.clear()
            self._stopped = True
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(_STOP)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                self._one(work)  # what is wrong with one folder keeps none of the others
            except Exception as error:  # shown; the traceback goes to the server's log
                note_traceback(error)
                self._fail(f"{type(error).__name__}: {error}")

    def _next(self) -> Work | None:
        """What to read now; None ends the job."""
        with self._turn:
            self._stopped = False
            if self._works:
                return self._works.popleft()
            self._ended = True
            self.state = replace(self.state, running=False, current="")
            return None

    def _one(self, work: Work) -> None:
        command = [sys.executable, "-m", "ingest", str(work.folder), "--index", self.index,
                   "--json-progress"]  # fmt: skip
        for source in work.again:
            command.append(f"--again={source}")
        last: dict[str, Any] = {}
        before = self.state
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as said,
            subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8",
                env={**os.environ, "RAG_INDEXES_DIR": str(self._settings.indexes_dir)},
            ) as process,
        ):  # fmt: skip
            self._process = process
            if self._stopped:  # before there was a process to tell
                process.send_signal(_STOP)
            assert process.stdout is not None
            for line in process.stdout:
                last = json.loads(line)
                if "files_done" in last:
                    self.state = self._progress(before, last)
            code = process.wait()
            said.seek(0)
            problem = said.read().strip()
        if "actions" in last:
            self.state = _ended(self.state, last)
        elif not (self._stopped and code in _STOPPED):
            self._fail(_ERROR.split(problem)[-1][-1000:] or f"exit code {code}")

    def _fail(self, why: str) -> None:
        self.state = replace(self.state, errors=(*self.state.errors, why))

    def _progress(self, before: State, now: dict[str, Any]) -> State:
        return replace(
            before,
            share=min(1.0, now["bytes_done"] / max(1.0, now["bytes"])),
            files_done=before.files_done + now["files_done"],
            files=before.files + now["files"],
            chunks=before.chunks + now["chunks"],
            current=now["current"],
            seconds=time.monotonic() - self._began,
        )


def start(index: str, works: Sequence[Work], settings: Settings) -> IngestJob:
    """Read these folders, after those that a job of the index is at; all tabs see the job."""
    with _starting:  # two tabs may be clicked at the same time
        job = job_of(index)
        if job is None or not job.add(works):
            job = _jobs()[index] = IngestJob(index, works, settings)
        return job


def job_of(index: str) -> IngestJob | None:
    """The job of an index, running or just ended."""
    return _jobs().get(index)


def is_running(index: str) -> bool:
    """Whether a job of this server is writing the index."""
    job = job_of(index)
    return job is not None and job.state.running


def dismiss(index: str) -> None:
    """Forget how the last job ended."""
    if not is_running(index):
        _jobs().pop(index, None)


def _ended(state: State, report: dict[str, Any]) -> State:
    read = [file for file in report["files"] if file["action"] in ("added", "changed")]
    rejected = [file for file in read if file["outcome"] != INDEXED]
    return replace(
        state,
        indexed=state.indexed + len(read) - len(rejected),
        removed=state.removed + len(report["removed"]),
        rejected=state.rejected + tuple((file["source"], file["detail"]) for file in rejected),
    )


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, IngestJob]:
    return {}
