"""A folder kept in step with its index: looked at again and again, read when it has settled."""

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import ingest
from ingest.report import Report
from rag_app.command import counted
from rag_app.errors import DocumentsError, IndexBusy
from rag_app.settings import Settings, load_settings
from rag_app.store.places import own_places, real_folder
from rag_app.values import INDEXED

_PAUSE_S = 2.0  # between two looks
_SHARE = 10  # a look that takes long, over a network say, is made less often

Look = frozenset[tuple[str, int, int]]  # path, bytes, nanoseconds of the last change


@dataclass(frozen=True)
class Event:
    """One thing that happened, for one line."""

    what: str  # "added", "changed", "renamed", "removed", "kept", "rejected", "waiting", "watching"
    about: str  # a source, or what is waited for
    detail: str = ""


def watch(
    folder: Path,
    *,
    index: str = "default",
    settings: Settings | None = None,
    keep_missing: bool = False,
    on_event: Callable[[Event], None],
    stop: threading.Event | None = None,
    pause_s: float = _PAUSE_S,
) -> None:
    """Bring the index up to date now and after every change of the folder, until ``stop`` is set.

    A change is read once two looks, ``pause_s`` seconds apart, see the same files with the same
    sizes and times, so that a copy in progress is not read half. What a later run can mend (a
    folder that is gone or empty, another writer) is told once and tried again.
    Raises IndexDamaged, IndexNotWritten, EmbedderMismatch or ModelNotFound.
    """
    settings, stop = settings or load_settings(), stop or threading.Event()
    root = real_folder(folder)
    done: Look | None = None
    before: Look | None = None
    told = ""
    rejected: set[Event] = set()
    on_event(Event("watching", str(root)))
    while not stop.is_set():
        started = time.perf_counter()
        now = look_at(root, own_places(settings, root))
        if now == before and now != done:  # a change, and it has settled
            try:
                report = ingest(
                    root, index=index, settings=settings, keep_missing=keep_missing, stop=stop
                )
            except (IndexBusy, DocumentsError) as error:
                if str(error) != told:
                    told = str(error)
                    on_event(Event("waiting", told))
            else:
                done, told = now, ""
                events = list(events_of(report))
                for event in events:
                    if event not in rejected:  # one that is tried again at each run is told once
                        on_event(event)
                rejected = {event for event in events if event.what == "rejected"}
        before = now
        stop.wait(max(pause_s, _SHARE * (time.perf_counter() - started)))


def look_at(folder: Path, apart: Collection[Path] = ()) -> Look:
    """Every file below ``folder`` that is not hidden, by path, size and time; nothing is read.

    What lies in the real folders ``apart`` is passed over, as by a run: the index that a run
    writes is no change of the folder.
    """
    return frozenset(_files(str(folder), {str(place) for place in apart}))


def events_of(report: Report) -> Iterator[Event]:
    """What a run changed, file by file; nothing where it changed nothing."""
    for file in report.files:
        if file.action in ("unchanged", "kept"):
            continue
        if file.outcome == INDEXED:
            said = file.detail or (
                f"{counted(file.pages, 'page')}, {counted(file.chunks, 'passage')}"
            )
            yield Event(file.action, file.source, said)
        else:
            yield Event("rejected", file.source, f"{file.outcome}: {file.detail}")
    for source in report.removed:
        yield Event("removed", source)


def _files(folder: str, apart: Collection[str]) -> Iterator[tuple[str, int, int]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:  # gone between two looks, or shut: the run names it
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.path in apart:
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, apart)
            else:
                status = entry.stat()
                yield entry.path, status.st_size, status.st_mtime_ns
        except OSError:
            yield entry.path, 0, 0
