"""One writer an index, held by the operating system, so that a killed writer holds nothing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag_app.errors import IndexBusy
from rag_app.store.schema import LOCK_FILE


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the index's writer lock. Raises IndexBusy, naming the process that has it."""
    handle = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise IndexBusy(
                f"Index {folder.name!r} is being written by process {holder}."
                " Wait until it ends, then try again."
            ) from error
        with suppress(OSError):  # the id is for the message alone
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(handle)
