"""Vectors in Milvus: a server, or Milvus Lite in a file, which one process at a time may open."""

import logging
import os
from functools import lru_cache
from typing import Any

from rag_app.embedding import Vectors
from rag_app.errors import MissingExtra
from rag_app.store.vector_rows import Ids

_MOST = 16_384  # hits of one search
_TIMEOUT_S = 30


class MilvusServer:
    """One collection of chunk ids and vectors, by inner product, read as it was written."""

    def __init__(self, target: str, name: str, dimension: int) -> None:
        """Connect to ``target``, a URL or the path of a file. Raises MissingExtra."""
        self._client = _client(target, os.environ.get("RAG_VECTOR_STORE_KEY", ""))
        self._name, self._dimension = name, dimension
        self._loaded = False

    def put(self, ids: Ids, vectors: Vectors) -> None:
        """Add vectors, shape (n, dimension), or replace those of the same ids."""
        rows = [
            {"id": chunk, "vector": vector}
            for chunk, vector in zip(ids.tolist(), vectors.tolist(), strict=True)
        ]
        self._client.upsert(self._name, rows, timeout=_TIMEOUT_S)

    def remove(self, ids: Ids) -> None:
        """Take vectors out; ids that are not there are passed over."""
        self._client.delete(self._name, ids=ids.tolist(), timeout=_TIMEOUT_S)

    def nearest(self, vector: Vectors, k: int) -> list[int]:
        """Ids of the nearest vectors, best first, at most ``k`` and 16,384."""
        self._load()
        (hits,) = self._client.search(
            self._name,
            [vector.tolist()],
            limit=min(k, _MOST),
            output_fields=["id"],
            timeout=_TIMEOUT_S,
        )
        return [int(hit["id"]) for hit in hits]

    def count(self) -> int:
        """How many vectors are there; 0 where there is no such collection."""
        if not self._client.has_collection(self._name, timeout=_TIMEOUT_S):
            return 0
        self._load()
        (row,) = self._client.query(
            self._name, filter="", output_fields=["count(*)"], timeout=_TIMEOUT_S
        )
        return int(row["count(*)"])

    def clear(self) -> None:
        """Make the collection, empty, whatever was there."""
        self.drop()
        # What was written is searched at once: a reader must not miss what ingest has told of.
        self._client.create_collection(
            self._name,
            dimension=self._dimension,
            metric_type="IP",
            consistency_level="Strong",
            timeout=_TIMEOUT_S,
        )

    def drop(self) -> None:
        """Take the collection away, if it is there."""
        if self._client.has_collection(self._name, timeout=_TIMEOUT_S):
            self._client.drop_collection(self._name, timeout=_TIMEOUT_S)

    def _load(self) -> None:
        if not self._loaded:
            self._client.load_collection(self._name, timeout=_TIMEOUT_S)
            self._loaded = True


@lru_cache
def _client(target: str, key: str) -> Any:  # noqa: ANN401 -- pymilvus has no types
    """One client a target: a second one could not open the same file."""
    try:
        import pymilvus
    except ImportError as error:
        raise MissingExtra("An index in Milvus", "milvus") from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs what it raises
    return pymilvus.MilvusClient(uri=target, token=key, timeout=_TIMEOUT_S)
