"""FAISS's file: written whole or not at all, and read only where its bytes are the written ones."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path

import faiss

from rag_app.store.places import create


def write(index: faiss.Index, path: Path) -> str:
    """Put the index in place of what lay at ``path``; the SHA-256 of its bytes.

    Raises OSError; then what lay there is untouched.
    """
    fresh = path.with_suffix(".new")
    digest = hashlib.sha256()
    try:
        with os.fdopen(create(fresh), "wb") as file:

            def take(data: bytes) -> None:
                digest.update(data)
                file.write(data)

            faiss.write_index(index, faiss.PyCallbackIOWriter(take))
            file.flush()
            os.fsync(file.fileno())
        # From the rename to the meta rows the hash does not fit: the file is not read.
        fresh.replace(path)
        _fsync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()  # on a full disk its bytes are wanted
        raise
    return digest.hexdigest()


def read(path: Path, sha256: str | None, *, mapped: bool) -> faiss.Index | None:
    """The index, if the file's bytes have this hash; ``mapped``, its lists stay on disk.

    The file is only ever replaced by a rename, so what was hashed through an open handle is
    what FAISS reads through the same handle, whatever lies at the path by then. A mapped index
    can be searched, not changed.
    """
    with _trusted(path, sha256) as file:
        if file is None:
            return None
        os.lseek(file.fileno(), 0, os.SEEK_SET)  # a copy of the handle shares its place
        return faiss.read_index(f"/dev/fd/{file.fileno()}", faiss.IO_FLAG_MMAP if mapped else 0)


def is_trusted(path: Path, sha256: str | None) -> bool:
    """Whether the file's bytes have this hash."""
    with _trusted(path, sha256) as file:
        return file is not None


@contextmanager
def _trusted(path: Path, sha256: str | None) -> Iterator[BufferedReader | None]:
    """The file, open, if its bytes have this hash."""
    try:
        file = path.open("rb")
    except OSError:
        yield None
        return
    with file:
        yield file if _hash(file) == sha256 else None


def _hash(file: BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
