"""The FAISS index: derived from SQLite, checked by hash, rebuilt where it is not to be trusted."""

import hashlib
import os
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import faiss
import numpy as np

from rag_app.embedding import Vectors
from rag_app.store.connection import named_errors
from rag_app.store.database import Database
from rag_app.store.schema import VECTORS_FILE

_BLOCK = 20_000  # vectors read from SQLite at a time


class VectorIndex:
    """Exact nearest neighbours by inner product over the chunks of one index.

    In memory it follows the database: ``sync`` brings it to the commit that the database
    shows. The file beside the database only saves the next process that work.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / VECTORS_FILE
        self._faiss: faiss.IndexIDMap2 | None = None
        self._commit = -1
        self._lock = threading.Lock()

    def sync(self, database: Database) -> None:
        """Hold exactly the chunks of the database's present commit."""
        with self._lock:
            commit = database.commit_number()
            if self._faiss is None:
                self._faiss = self._read(database) or _empty(database.embedder().dimension)
            if self._commit != commit:
                _follow(self._faiss, database)
                self._commit = commit

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, at most ``k``; of ``among`` alone where given."""
        params = None
        if among is not None:
            chosen = faiss.IDSelectorBatch(np.array(among, np.int64))
            params = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        with self._lock:
            if self._faiss is None or self._faiss.ntotal == 0:
                return []
            k = min(k, self._faiss.ntotal if among is None else len(among))
            scores, ids = self._faiss.search(vector.reshape(1, -1), k, params=params)
        return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]

    def save(self, database: Database) -> bool:
        """Write the file, where it does not already hold this commit; for the writer alone."""
        self.sync(database)
        assert self._faiss is not None
        if self.is_whole(database):
            return False
        data = faiss.serialize_index(self._faiss).tobytes()
        fresh = self._path.with_suffix(".new")
        try:
            with named_errors(self._path.parent):
                with fresh.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                # From the rename to the meta rows the hash does not fit: the file is not read.
                fresh.replace(self._path)
                _fsync_folder(self._path.parent)
        except BaseException:
            with suppress(OSError):
                fresh.unlink()  # on a full disk its bytes are wanted
            raise
        database.set_vectors(hashlib.sha256(data).hexdigest(), self._commit)
        return True

    def is_whole(self, database: Database) -> bool:
        """Whether the file's bytes are the ones that were written, of the present commit."""
        return (
            database.meta("vectors_commit") == str(database.commit_number())
            and self._trusted(database) is not None
        )

    def _read(self, database: Database) -> faiss.IndexIDMap2 | None:
        """The file's index, if its bytes are the ones that were written."""
        data = self._trusted(database)
        if data is None:
            return None
        self._commit = int(database.meta("vectors_commit") or -1)
        index = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        return index if isinstance(index, faiss.IndexIDMap2) else None

    def _trusted(self, database: Database) -> bytes | None:
        expected = database.meta("vectors_sha256")
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == expected else None


def _empty(dimension: int) -> faiss.IndexIDMap2:
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def _follow(index: faiss.IndexIDMap2, database: Database) -> None:
    """Take out what the database no longer has, add what is new."""
    wanted = np.array(database.chunk_ids(), np.int64)
    held = faiss.vector_to_array(index.id_map)
    gone = np.setdiff1d(held, wanted)
    if gone.size:
        index.remove_ids(faiss.IDSelectorBatch(gone))
    new = np.setdiff1d(wanted, held)
    for at in range(0, new.size, _BLOCK):
        block = new[at : at + _BLOCK]
        index.add_with_ids(database.vectors([int(i) for i in block]), block)


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
