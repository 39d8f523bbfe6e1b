"""Dense search where a vector database holds the vectors: Milvus or Pinecone in FAISS's place."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

import numpy as np

from rag_app.embedding import Vectors
from rag_app.errors import RagError, VectorStoreError
from rag_app.store.database import Database
from rag_app.store.placement import Placement, emptied, note, placement_of
from rag_app.store.vector_rows import Ids

_BLOCK = 1_000  # vectors that are sent at a time
_SPARE = 1.5  # candidates for each that is wanted: exact scores choose


class VectorServer(Protocol):
    """A collection in a vector database, by inner product; what its client raises is its own."""

    def put(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (n, dimension), or replace those of the same ids."""

    def remove(self, ids: Ids) -> None:
        """Take vectors out; ids that are not there are passed over."""

    def nearest(self, vector: Vectors, k: int) -> list[int]:
        """Ids of the nearest vectors, best first, at most ``k`` and what the store allows."""

    def count(self) -> int:
        """How many vectors are there; 0 where there is no such collection."""

    def clear(self) -> None:
        """Make the collection, empty, whatever was there."""

    def drop(self) -> None:
        """Take the collection away, if it is there."""


class ServedVectors:
    """The chunks of one index, searched in a vector database that follows SQLite.

    The server proposes chunks; the cosines are those of the vectors in SQLite, of the commit that
    the reader sees. So what the server has lost, or has too much of, can cost a hit and never
    adds one. What was written since the server was brought up to date is compared in full.
    """

    def __init__(self, placement: Placement, dimension: int, index: str) -> None:
        """``index`` is its name, for messages."""
        self._store, self._name, self._dimension = placement.store, placement.name, dimension
        self._placement, self._index = placement, index
        self._server: VectorServer | None = None
        self._lock = threading.Lock()

    def is_at(self, placement: Placement | None) -> bool:
        """Whether this is the place."""
        return placement is not None and (placement.store, placement.name) == (
            self._store,
            self._name,
        )

    def sync(self, database: Database) -> None:
        """See how far the server has the chunks of the database's present commit."""
        self._placement = self._kept(database)

    def search(
        self, database: Database, vector: Vectors, k: int, among: Sequence[int] | Ids | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, at most ``k``; of ``among`` alone where given.

        ``among`` is compared in full, without the server. Raises VectorStoreError.
        """
        chosen = self._candidates(database, vector, k) if among is None else [*map(int, among)]
        rows = database.vectors_by_id(chosen)
        if not rows:
            return []
        cosines = np.stack(list(rows.values())) @ vector
        found = zip(rows, cosines.tolist(), strict=True)
        return sorted(found, key=lambda item: (-item[1], item[0]))[:k]

    def _candidates(self, database: Database, vector: Vectors, k: int) -> list[int]:
        recent = database.chunk_ids(after=self._placement.newest)
        gone = max(self._placement.count - (database.chunk_count() - recent.size), 0)
        if not self._placement.count:
            return [int(chunk) for chunk in recent]
        with self._asked() as server:
            nearest = server.nearest(vector, round(_SPARE * k) + gone)
        return [*nearest, *(int(chunk) for chunk in recent)]

    def save(self, database: Database) -> bool:
        """Bring the server to this commit; for the writer alone. Raises VectorStoreError."""
        return self._bring(database, self._kept(database))

    def fill(self, database: Database) -> None:
        """Put all vectors there, and search there from now on; for the writer alone."""
        self._bring(database, emptied(self._placement))

    def _bring(self, database: Database, before: Placement) -> bool:
        gone = None if before.deletion is None else database.deleted_after(before.deletion)
        with self._asked() as server:
            if gone is None or server.count() < before.count:
                server.clear()
                before, gone = emptied(before), np.empty(0, np.int64)
            new = database.chunk_ids(after=before.newest)
            for at in range(0, new.size, _BLOCK):
                block = new[at : at + _BLOCK]
                server.put(block, database.vectors(block.tolist()))
            if gone.size:
                server.remove(gone)
        self._placement = replace(
            before,
            newest=max(before.newest, int(new[-1]) if new.size else 0),
            count=database.chunk_count(),
            deletion=database.last_deletion(),
        )
        note(database, self._placement)
        return bool(new.size or gone.size)

    def is_whole(self, database: Database) -> bool:
        """Whether the server has all of the vectors that it was given. Raises VectorStoreError."""
        with self._asked() as server:
            return server.count() >= self._kept(database).count

    def drop(self) -> None:
        """Take the vectors away from the server. Raises VectorStoreError."""
        with self._asked() as server:
            server.drop()

    def _kept(self, database: Database) -> Placement:
        """How far the server is, as the database's present commit tells."""
        return placement_of(database) or emptied(self._placement)

    @contextmanager
    def _asked(self) -> Iterator[VectorServer]:
        """The server, connected to once; whatever goes wrong is told with what to do."""
        with self._lock:
            try:
                if self._server is None:
                    self._server = _connect(self._placement, self._dimension)
                yield self._server
            except RagError:
                raise
            # Their clients raise errors of gRPC, HTTP and their own, some of them bare.
            except Exception as error:
                said = " ".join(str(error).split())[:300] or type(error).__name__
                raise VectorStoreError(
                    f"{self._store} does not do its part for index {self._index!r} ({said}). Start"
                    " it, or mend its address or its key (RAG_VECTOR_STORE_KEY); to do without it:"
                    f" python -m ingest --store faiss --index {self._index}"
                ) from error


def _connect(placement: Placement, dimension: int) -> VectorServer:
    if placement.kind == "milvus":
        from rag_app.store.milvus import MilvusServer

        return MilvusServer(placement.target, placement.name, dimension)
    from rag_app.store.pinecone import PineconeServer

    return PineconeServer(placement.target, placement.name, dimension)
