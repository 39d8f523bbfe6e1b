"""An index opened for questions: both searches over one commit."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag_app import terms
from rag_app.embedding import Embedder, Vectors
from rag_app.routing import Names, names_of
from rag_app.store.database import Database
from rag_app.store.schema import DATABASE_FILE
from rag_app.store.vectors import VectorIndex
from rag_app.values import Scope

_open: dict[Path, tuple[tuple[int, int], "IndexReader"]] = {}
_open_lock = threading.Lock()


def open_reader(folder: Path, embedder: Embedder) -> "IndexReader":
    """The reader of the index in ``folder``, opened once and shared by all threads.

    Raises IndexNotFound, IndexDamaged or EmbedderMismatch.
    """
    with _open_lock:
        path = folder / DATABASE_FILE
        status = path.stat() if path.exists() else None
        identity = (status.st_dev, status.st_ino) if status else (0, 0)
        kept = _open.get(folder)
        if kept is None or kept[0] != identity:  # new, or deleted and built anew
            if kept is not None:
                kept[1].database.close()
                del _open[folder]
            _open[folder] = (identity, IndexReader(folder))
        reader = _open[folder][1]
    reader.database.check_embedder(embedder.identity)
    return reader


class IndexReader:
    """Dense and lexical search; every commit of a writer is seen by the next snapshot."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder)
        self._vectors = VectorIndex(folder)
        self._naming = threading.Lock()
        self._named: tuple[int, dict[str, Names]] = (-1, {})

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Searches and reads within see the same commit."""
        with self.database.snapshot():
            self._vectors.sync(self.database)
            yield

    def dense(
        self, vector: Vectors, limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, of all chunks or ``among`` some; in ``snapshot``."""
        return self._vectors.search(vector, limit, among)

    def lexical(
        self,
        question: str,
        limit: int,
        context_weight: float,
        scope: Scope | None = None,
    ) -> list[tuple[int, float]]:
        """Chunk ids and BM25 scores, best first, of all chunks or a scope; in ``snapshot``."""
        expression = terms.match_expression(question)
        return self.database.match(expression, limit, context_weight, scope)

    def names(self) -> dict[str, Names]:
        """The words that name each document, by source; in ``snapshot``."""
        commit = self.database.commit_number()
        with self._naming:
            if self._named[0] != commit:
                titles = self.database.titles()
                self._named = (commit, {s: names_of(s, title) for s, title in titles})
            return self._named[1]
