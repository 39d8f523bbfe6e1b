"""Files parsed in a confined child process, so that a hostile one costs itself alone."""

import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rag_app.child import Child, ChildDied, ChildTimedOut, Frame
from rag_app.errors import FileRejected, Reason, SettingError
from rag_app.settings import Settings
from rag_app.values import Heading, LoadedDocument, Page


class Sandbox:
    """Loads one file at a time in a child that is started anew when a file ends it."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        """``folder`` is all that the child may read, save Python; None lets it read any file."""
        self._options = {
            "pdf_reader": settings.pdf_reader,
            "max_pages": settings.max_pages,
            "max_characters": settings.max_characters,
            "community_loaders": settings.community_loaders,
            "pdf_passwords": [word.get_secret_value() for word in settings.pdf_passwords],
        }
        # A loader of the user's choice may want models, temporary files or a network.
        is_ours = not settings.community_loaders
        root = str(folder.resolve()) if folder is not None and is_ours else ""
        self._arguments = (str(settings.parse_memory_mb), root)
        self._timeout = settings.parse_timeout_s
        self._stall = settings.parse_stall_s
        self._child: Child | None = None

    def __enter__(self) -> "Sandbox":
        self._child = self._start()  # it gets ready while the caller does
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def load(self, path: Path) -> LoadedDocument:
        """The file's text. Raises FileRejected with a named reason, whatever the file does."""
        if self._child is None or not self._child.alive:
            self._stop()  # what died between two files leaves its pipes
            self._child = self._start()
        try:
            self._child.send({"path": str(path), "options": self._options})
            frame = self._answer(self._child)
        except ChildDied as error:
            self._stop()
            raise FileRejected(Reason.CORRUPT, f"it crashed its parser ({error})") from error
        except FileRejected:
            self._stop()
            raise
        if "reason" in frame:
            raise FileRejected(Reason(frame["reason"]), frame["detail"])
        if "error" in frame:
            raise SettingError(frame["error"])
        return _document(frame)

    def _start(self) -> Child:
        return Child("ingest.parser", *self._arguments)

    def _answer(self, child: Child) -> Frame:
        end = time.monotonic() + self._timeout
        while True:
            left = end - time.monotonic()
            try:
                frame = child.receive(max(0.0, min(self._stall, left)))
            except ChildTimedOut as error:
                raise FileRejected(
                    Reason.TIMED_OUT,
                    f"reading it took over {self._timeout:g} s (RAG_PARSE_TIMEOUT_S raises the"
                    " limit)"
                    if left <= self._stall
                    else f"nothing new was read of it for {self._stall:g} s (RAG_PARSE_STALL_S"
                    " raises the limit)",
                ) from error
            if "progress" not in frame:
                return frame

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
        self._child = None


def _document(frame: Frame) -> LoadedDocument:
    pages: list[dict[str, Any]] = frame["pages"]
    return LoadedDocument(
        title=frame["title"],
        pages=tuple(
            Page(
                page["number"],
                page["text"],
                tuple(Heading(**heading) for heading in page["headings"]),
                tuple((start, end) for start, end in page["rows"]),
            )
            for page in pages
        ),
        loader=frame["loader"],
    )
