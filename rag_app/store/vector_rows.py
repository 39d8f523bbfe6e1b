"""The chunks' vectors as SQLite holds them, and which have come and gone."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag_app.embedding import Vectors
from rag_app.errors import IndexDamaged
from rag_app.store.connection import Connection, named_errors

Ids = NDArray[np.int64]
_AT_ONCE = 500  # ids in one statement


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
        found: dict[int, Vectors] = {}
        dimension = self.embedder().dimension
        for at in range(0, len(ids), _AT_ONCE):
            part = ids[at : at + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._all(f"SELECT id, vector FROM chunks WHERE id IN ({marks})", *part)
            for chunk_id, vector in rows:
                found[chunk_id] = self._whole(vector, dimension)
        return found

    def vector_blocks(self, size: int) -> Iterator[tuple[Ids, Vectors]]:
        """All chunks' ids and vectors, ascending by id, at most ``size`` at a time."""
        last, dimension = 0, self.embedder().dimension
        while rows := self._all(
            "SELECT id, vector FROM chunks WHERE id > ? ORDER BY id LIMIT ?", last, size
        ):
            last = rows[-1][0]
            ids = np.array([row[0] for row in rows], np.int64)
            yield ids, np.stack([self._whole(row[1], dimension) for row in rows])

    def last_deletion(self) -> int | None:
        """The number of the latest deletion of a chunk; None where they are not counted."""
        if not self._one("SELECT 1 FROM sqlite_schema WHERE name = 'deletions'"):
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
            raise IndexDamaged(
                f"Index {self.name!r} holds a vector that is not whole."
                f" Mend it: python -m ingest --repair {self.name}."
            )
        return np.frombuffer(blob, "<f4")
