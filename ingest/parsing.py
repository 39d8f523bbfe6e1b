"""Files parsed ahead of the embedder, each read as it was when the folder was scanned."""

import queue
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from ingest.sandbox import Sandbox
from ingest.scanning import FoundFile, look
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_AHEAD = 4  # documents that wait between parser and embedder
_TRIES = 3  # for a file that is written while it is read

Parsed = tuple[FoundFile, LoadedDocument | FileRejected]


def parse_ahead(
    sandbox: Sandbox,
    files: Iterable[FoundFile],
    root: Path,
    max_bytes: float,
    apart: Collection[Path],
) -> Iterator[Parsed]:
    """Each file and what came of it, parsed while the caller works on the ones before.

    A file that changed since it was scanned comes with its new hash and size.
    """
    parsed: queue.Queue[Parsed | BaseException | None] = queue.Queue(maxsize=_AHEAD)
    stopped = threading.Event()

    def put(item: Parsed | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                return parsed.put(item, timeout=0.2)
            except queue.Full:
                continue

    def parse() -> None:
        for file in files:
            if stopped.is_set():
                return
            try:
                put(_parse(sandbox, file, root, max_bytes, apart))
            except BaseException as error:  # raised again where the caller waits
                return put(error)
        put(None)

    threading.Thread(target=parse, name="parse-ahead", daemon=True).start()
    try:
        while (item := parsed.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()


def _parse(
    sandbox: Sandbox, file: FoundFile, root: Path, max_bytes: float, apart: Collection[Path]
) -> Parsed:
    """The hash that the index keeps is of the bytes that were parsed, or the file is refused."""
    for _ in range(_TRIES):
        if file.reason is not None:
            return file, FileRejected(file.reason, file.detail)
        outcome: LoadedDocument | FileRejected
        try:
            outcome = sandbox.load(file.path)
        except FileRejected as rejected:
            outcome = rejected
        now = look(file.path, file.source, root.resolve(), max_bytes, apart)
        if now.sha256 == file.sha256:
            return file, outcome
        file = now
    return file, FileRejected(Reason.UNREADABLE, "it is being written; ingest again when it rests")
