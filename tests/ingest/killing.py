"""An ingest that kills itself, as by kill -9, when it passes a chosen point for the nth time.

    python -m tests.ingest.killing POINT PASSES FOLDER INDEX [stopping] [unguarded] [unsynced]

"stopping" makes it stand still instead, for whoever cuts the power then. "unguarded" takes the
transactions away and "unsynced" the waiting for the disk, to show that the tests see what they
are for.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from ingest.__main__ import main
from ingest.run import Run
from rag_app.store import vector_file
from rag_app.store.connection import Connection
from rag_app.store.database import Database
from rag_app.store.vectors import VectorIndex

# Where it dies: the owner and name of the function, and whether before or after it.
POINTS: dict[str, tuple[object, str, str]] = {
    "a row is written": (Database, "_put_chunk", "after"),
    "all rows of a file are written": (Database, "put_document", "after"),
    "a file is removed": (Database, "remove_document", "after"),
    "the commit is noted": (Connection, "set_meta", "after"),
    "the file is committed": (Run, "_finish", "before"),
    "all files are committed": (VectorIndex, "save", "before"),
    "the vectors are written": (vector_file.os, "fsync", "before"),
    "the vectors are flushed": (vector_file.Path, "replace", "before"),
    "the vectors are renamed": (vector_file, "_fsync_folder", "before"),
    "the vectors are to be noted": (Connection, "set_vectors", "before"),
    "the vectors are noted": (Connection, "set_vectors", "after"),
}
ONCE = [name for name in POINTS if "vectors" in name or "all files" in name]  # in a run


def arm(point: str, passes: int, deadly_signal: signal.Signals = signal.SIGKILL) -> None:
    """Die, or stand still, at the given pass of a point."""
    owner, name, when = POINTS[point]
    real: Callable[..., object] = getattr(owner, name)
    passed = 0

    def deadly(*arguments: object, **more: object) -> object:
        nonlocal passed
        passed += 1
        if when == "before" and passed == passes:
            os.kill(os.getpid(), deadly_signal)
        result = real(*arguments, **more)
        if when == "after" and passed == passes:
            os.kill(os.getpid(), deadly_signal)
        return result

    setattr(owner, name, deadly)


@contextmanager
def no_transaction(connection: Connection):
    yield
    connection.set_meta("commit", str(connection.commit_number() + 1))


def never_wait_for_the_disk() -> None:
    prepare = Connection._prepare

    def unsynced(connection: Connection, embedder: object) -> None:
        prepare(connection, embedder)
        connection._connection.execute("PRAGMA synchronous = OFF")

    Connection._prepare = unsynced


if __name__ == "__main__":
    point, passes, folder, index, *rest = sys.argv[1:]
    if "unguarded" in rest:
        Connection.change = no_transaction
    if "unsynced" in rest:
        never_wait_for_the_disk()
    arm(point, int(passes), signal.SIGSTOP if "stopping" in rest else signal.SIGKILL)
    sys.exit(main([str(Path(folder)), "--index", index]))
