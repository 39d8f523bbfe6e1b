"""The chunks' and sentences' vectors as SQLite holds them, and which have come and gone."""

import json
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag_app.embedding import Vectors
from rag_app.errors import IndexDamaged
from rag_app.store.connection import Connection, named_errors
from rag_app.store.places import how_to_mend
from rag_app.values import Passage, SentencePlace

Ids = NDArray[np.int64]


class VectorRows(Connection):
    """Reads of one column, in whatever part a vector index needs."""

    def chunk_ids(self, after: int = 0) -> Ids:
        """Row ids of all chunks above ``after``, ascending."""
        # Without a condition SQLite reads a small index in place of the whole table.
        where, values = (" WHERE id > ?", (after,)) if after else ("", ())
        with self._lock, named_errors(self.folder):
            rows = self._connection.execute(f"SELECT id FROM chunks{where}", values)
            return np.sort(np.fromiter((row[0] for row in rows), np.int64))

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The chunks' vectors, shape (len(ids), dimension), in the order of ``ids``.

        Raises KeyError where a chunk is gone, IndexDamaged where a vector is not whole.
        """
        by_id = self.vectors_by_id(ids)
        vectors = np.empty((len(ids), self.embedder().dimension), np.float32)
        for row, chunk_id in enumerate(ids):
            vectors[row] = by_id[chunk_id]
        return vectors

    def vectors_by_id(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors, shape (dimension,), of those chunks that are there."""
        dimension = self.embedder().dimension
        rows = self._rows_of(ids, "SELECT id, vector FROM chunks WHERE id IN ({ids})")
        return {chunk: self._whole(vector, dimension) for chunk, vector in rows}

    def vector_blocks(self, size: int) -> Iterator[tuple[Ids, Vectors]]:
        """All chunks' ids and vectors, ascending by id, at most ``size`` at a time."""
        last, dimension = 0, self.embedder().dimension
        while rows := self._all(
            "SELECT id, vector FROM chunks WHERE id > ? ORDER BY id LIMIT ?", last, size
        ):
            last = rows[-1][0]
            ids = np.array([row[0] for row in rows], np.int64)
            yield ids, np.stack([self._whole(row[1], dimension) for row in rows])

    def sentence_vectors(self, passages: Iterable[Passage]) -> dict[SentencePlace, Vectors]:
        """The unit vector, shape (dimension,), of every sentence of the passages that has one."""
        found: dict[SentencePlace, Vectors] = {}
        if not self.has_table("sentence_vectors"):
            return found  # an older version made the index
        dimension = self.embedder().dimension
        for passage in passages:
            # Of what a passage was joined with, one chunk stands beside the one it is named by.
            rows = self._all(
                "SELECT sentences, vectors FROM chunks JOIN sentence_vectors ON chunk_id = id"
                " WHERE id BETWEEN ? AND ? AND start >= ? AND end <= ? AND document_id ="
                " (SELECT id FROM documents WHERE source = ?) AND ordinal ="
                " (SELECT ordinal FROM chunks WHERE id = ?)",
                passage.chunk_id - 1, passage.chunk_id + 1, passage.start, passage.end,
                passage.source, passage.chunk_id,
            )  # fmt: skip
            for sentences, blob in rows:
                spans, vectors = json.loads(sentences), self._whole_sentences(blob, dimension)
                if len(spans) != len(vectors):
                    raise self._not_whole()
                for (start, _), vector in zip(spans, vectors, strict=True):
                    found[passage.source, passage.page, start] = vector
        return found

    def last_deletion(self) -> int | None:
        """The number of the latest deletion of a chunk; None where they are not counted."""
        if not self.has_table("deletions"):
            return None  # an older version made the index, and no writer has come since
        row = self._one("SELECT max(number) FROM deletions")
        return (row[0] if row else None) or 0

    def deleted_after(self, number: int) -> Ids | None:
        """Ids of the chunks deleted after a deletion; None where that is no longer known."""
        rows = self._all("SELECT number, id FROM deletions WHERE number > ? ORDER BY 1", number)
        if rows and rows[0][0] != number + 1:
            return None
        return np.array([row[1] for row in rows], np.int64)

    def _whole(self, blob: bytes, dimension: int) -> Vectors:
        if len(blob) != 4 * dimension:
            raise self._not_whole()
        return np.frombuffer(blob, "<f4")

    def _whole_sentences(self, blob: bytes, dimension: int) -> Vectors:
        if len(blob) % dimension:
            raise self._not_whole()
        return unpacked(blob, dimension)

    def _not_whole(self) -> IndexDamaged:
        return IndexDamaged(
            f"Index {self.name!r} holds a vector that is not whole. {how_to_mend(self.name)}."
        )


def packed(vectors: Vectors) -> bytes:
    """Unit vectors in a byte a number; their cosines change by some thousandths."""
    most = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    return bytes(np.rint(vectors * (127 / most)).astype(np.int8).tobytes())


def unpacked(blob: bytes, dimension: int) -> Vectors:
    """The unit vectors of ``packed``, shape (sentences, dimension); packed again they are equal."""
    vectors = np.frombuffer(blob, np.int8).reshape(-1, dimension).astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
    return np.asarray(vectors / lengths, np.float32)
