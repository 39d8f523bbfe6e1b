"""Vectors in Pinecone, a service of others: vectors and their numbers leave this machine."""

import os
import time
from collections.abc import Iterator

from rag_app.embedding import Vectors
from rag_app.errors import MissingExtra, VectorStoreError
from rag_app.store.vector_rows import Ids

_BLOCK = 200  # vectors of one request, which may have 2 MB
_MOST = 10_000  # hits of one search
_TIMEOUT_S = 30.0
_SEEN_S = 120  # longest wait until what was written can be searched


class PineconeServer:
    """One namespace, of chunk ids and vectors, of an index that exists there."""

    def __init__(self, target: str, name: str, dimension: int) -> None:
        """Connect to ``target``, an index's name or its host's URL.

        Raises MissingExtra, and VectorStoreError without a key or where the index has another
        dimension.
        """
        try:
            from pinecone import Pinecone
        except ImportError as error:
            raise MissingExtra("An index in Pinecone", "pinecone") from error
        key = os.environ.get("RAG_VECTOR_STORE_KEY", "")
        if not key:
            raise VectorStoreError("Pinecone wants a key: set RAG_VECTOR_STORE_KEY.")
        client = Pinecone(api_key=key, timeout=_TIMEOUT_S)
        self._index = client.index(host=target) if "://" in target else client.index(target)
        self._namespace = name
        found = self._index.describe_index_stats().dimension
        if found not in (None, 0, dimension):
            raise VectorStoreError(
                f"Pinecone's index {target} has {found} dimensions, the embedder {dimension}:"
                f" make one of {dimension} dimensions, metric dotproduct."
            )

    def put(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (n, dimension), or replace those of the same ids.

        Returns once the last of them can be read, or after two minutes.
        """
        for at in _blocks(ids):
            rows = zip(ids[at].tolist(), vectors[at].tolist(), strict=True)
            self._index.upsert(
                vectors=[{"id": str(chunk), "values": values} for chunk, values in rows],
                namespace=self._namespace,
            )
        until = time.monotonic() + _SEEN_S
        last = str(ids[-1])
        while time.monotonic() < until:
            if last in self._index.fetch(ids=[last], namespace=self._namespace).vectors:
                return
            time.sleep(1)

    def remove(self, ids: Ids) -> None:
        """Take vectors out; ids that are not there are passed over."""
        for at in _blocks(ids):
            self._index.delete(
                ids=[str(chunk) for chunk in ids[at].tolist()], namespace=self._namespace
            )

    def nearest(self, vector: Vectors, k: int) -> list[int]:
        """Ids of the nearest vectors, best first, at most ``k`` and 10,000."""
        found = self._index.query(
            vector=vector.tolist(), top_k=min(k, _MOST), namespace=self._namespace
        )
        return [int(match.id) for match in found.matches]

    def count(self) -> int:
        """How many vectors are there; 0 where there is no such namespace."""
        namespace = self._index.describe_index_stats().namespaces.get(self._namespace)
        return int(namespace.vector_count) if namespace else 0

    def clear(self) -> None:
        """Empty the namespace, which comes into being with its first vector."""
        self.drop()

    def drop(self) -> None:
        """Take the namespace away, if it is there."""
        if self.count():
            self._index.delete(delete_all=True, namespace=self._namespace)


def _blocks(ids: Ids) -> Iterator[slice]:
    return (slice(at, at + _BLOCK) for at in range(0, ids.size, _BLOCK))
