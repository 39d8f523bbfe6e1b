"""Files parsed in a limited child process, so that a hostile one costs itself alone."""

import contextlib
import ctypes
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from ingest.loading import LoadingOptions, load
from rag_app.child import Child, ChildDied, ChildTimedOut, Frame, serve
from rag_app.errors import FileRejected, RagError, Reason, SettingError
from rag_app.settings import Settings
from rag_app.values import Heading, LoadedDocument, Page

_PR_SET_PDEATHSIG = 1


class Sandbox:
    """Loads one file at a time in a child that is started anew when a file ends it."""

    def __init__(self, settings: Settings) -> None:
        self._options = LoadingOptions(
            pdf_reader=settings.pdf_reader,
            max_pages=settings.max_pages,
            community_loaders=settings.community_loaders,
        )
        self._timeout = settings.parse_timeout_s
        self._memory_mb = settings.parse_memory_mb
        self._child: Child | None = None

    def __enter__(self) -> "Sandbox":
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
            self._child = Child("ingest.sandbox", str(self._memory_mb))
        try:
            self._child.send({"path": str(path), "options": asdict(self._options)})
            frame = self._child.receive(self._timeout)
        except ChildTimedOut as error:
            self._stop()
            raise FileRejected(
                Reason.TIMED_OUT,
                f"reading it took over {self._timeout:g} s (RAG_PARSE_TIMEOUT_S raises the limit)",
            ) from error
        except ChildDied as error:
            self._stop()
            raise FileRejected(Reason.CORRUPT, f"it crashed its parser ({error})") from error
        if "reason" in frame:
            raise FileRejected(Reason(frame["reason"]), frame["detail"])
        if "error" in frame:
            raise SettingError(frame["error"])
        return _document(frame)

    def _stop(self) -> None:
        if self._child is not None:
            self._child.stop()
        self._child = None


def main() -> None:
    """In the child: one file a request, until the parent goes away."""
    _limit(int(sys.argv[1]))
    requests, reply = serve()
    for frame in requests:
        reply(_loaded(Path(frame["path"]), LoadingOptions(**frame["options"])))


def _loaded(path: Path, options: LoadingOptions) -> Frame:
    try:
        return asdict(load(path, options))
    except FileRejected as rejected:
        return {"reason": rejected.reason, "detail": rejected.detail}
    except RagError as error:  # a setting or an extra: no file will load before it is mended
        return {"error": str(error)}
    except MemoryError:
        detail = "reading it takes too much memory (RAG_PARSE_MEMORY_MB raises the limit)"
        return {"reason": Reason.TOO_LARGE, "detail": detail}
    except Exception as error:  # a parser's bug costs the file, not the run
        return {"reason": Reason.CORRUPT, "detail": f"{type(error).__name__}: {error}"}


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


def _limit(memory_mb: int) -> None:
    """Cap memory, write no core file, and end with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main()
