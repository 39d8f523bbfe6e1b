"""One writer an index, held by the operating system, so that a killed writer holds nothing."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag_app.errors import IndexBusy
from rag_app.store.connection import named_errors
from rag_app.store.schema import LOCK_FILE


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the index's writer lock. Raises IndexBusy, naming who has it, or IndexNotWritten."""
    with named_errors(folder):
        handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(
                f"Index {folder.name!r} is being written by {_holder(handle)}."
                " Wait until it ends, then try again."
            ) from error
        with suppress(OSError):  # who it is, is for the message alone
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()} {time.time():.0f}".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)


def _holder(handle: int) -> str:
    number, _, since = os.pread(handle, 64, 0).decode("ascii", "replace").partition(" ")
    began = time.strftime(" since %H:%M:%S on %Y-%m-%d", time.localtime(int(since or 0)))
    return f"process {number or 'unknown'}{began if since else ''}"
