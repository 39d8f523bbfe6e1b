"""An index opened for questions: both searches over one commit."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag_app import terms
from rag_app.embedding import Embedder, Vectors, load_embedder
from rag_app.question.routing import Names, names_of
from rag_app.settings import Settings
from rag_app.store.connection import has_log, named_errors
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.keywords import EXHAUSTIVE
from rag_app.store.places import index_folder
from rag_app.store.schema import DATABASE_FILE
from rag_app.values import Scope

_OPENING, _LONG = 300, 10  # characters that name a document of so many chunks or more

_open: dict[Path, tuple[tuple[float, ...], "IndexReader"]] = {}
_open_lock = threading.Lock()


def open_index(name: str, settings: Settings) -> "IndexReader":
    """The reader of an index by its name, with the embedder that the settings choose.

    Raises SettingError and ModelNotFound, and what ``open_reader`` raises.
    """
    return open_reader(index_folder(settings, name), load_embedder(settings))


def open_reader(folder: Path, embedder: Embedder) -> "IndexReader":
    """The reader of the index in ``folder``, opened once and shared by all threads.

    Raises IndexNotFound, IndexDamaged, IndexNotWritten or EmbedderMismatch.
    """
    with _open_lock:
        kept = _open.get(folder)
        reader = kept[1] if kept else None
        with named_errors(folder):
            state = _state(folder, frozen=reader is not None and reader.database.frozen)
        if reader is None or kept is None or kept[0] != state:  # new, or built anew
            # The one before is left to the threads that still read from it, and then closes.
            reader = IndexReader(folder)
            _open[folder] = (_state(folder, frozen=reader.database.frozen), reader)
    reader.database.check_embedder(embedder.identity)
    return reader


def _state(folder: Path, *, frozen: bool) -> tuple[float, ...]:
    """Changes where an open connection would not follow: another file, or, frozen, a commit."""
    path = folder / DATABASE_FILE
    if not path.exists():
        return ()
    status = path.stat()
    if not frozen:
        return (status.st_dev, status.st_ino)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, has_log(folder))


class IndexReader:
    """Dense and lexical search; every commit of a writer is seen by the next snapshot."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder)
        self._vectors = dense_search(self.database)
        # What is kept of a commit; a snapshot, which one thread has at a time, guards it.
        self._named: tuple[int, dict[str, Names]] = (-1, {})
        self._paged: tuple[int, dict[int, tuple[int, int]]] = (-1, {})
        self._hashed: tuple[int, str] = (-1, "")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Searches and reads within see the same commit."""
        with self.database.snapshot():
            self._vectors = dense_search(self.database, self._vectors)
            self._vectors.sync(self.database)
            yield

    def dense(
        self, vector: Vectors, limit: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, of all chunks or ``among`` some; in ``snapshot``."""
        return self._vectors.search(self.database, vector, limit, among)

    def lexical(
        self,
        question: str,
        limit: int,
        context_weight: float,
        scope: Scope | None = None,
    ) -> list[tuple[int, float]]:
        """Chunk ids and BM25 scores, best first, of all chunks or a scope; in ``snapshot``."""
        return self.database.match(terms.stems_of(question), limit, context_weight, scope)

    def pages_of(self, chunks: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """For each chunk a pair that it shares with its page's other chunks; in ``snapshot``.

        Of a small index all chunks are told, and kept.
        """
        if self.database.chunk_count() > EXHAUSTIVE:
            return self.database.pages_of(chunks)
        commit = self.database.commit_number()
        if self._paged[0] != commit:
            self._paged = (commit, self.database.pages_of())
        return self._paged[1]

    def names(self) -> dict[str, Names]:
        """The words that name each document, by source; in ``snapshot``."""
        commit = self.database.commit_number()
        if self._named[0] != commit:
            openings = self.database.openings(_OPENING, _LONG)
            self._named = (commit, {source: names_of(source, *o) for source, *o in openings})
        return self._named[1]

    def share_with(self, word: str) -> float:
        """The share of all chunks that have the word in any of its forms; in ``snapshot``."""
        counts = self.database.document_frequencies(terms.stems_of(word))
        return max(counts.values(), default=0) / max(self.database.chunk_count(), 1)

    def contents_sha256(self) -> str:
        """The SHA-256 of all that the index holds, in hexadecimal; takes a snapshot of its own."""
        with self.database.snapshot():
            commit = self.database.commit_number()
            if self._hashed[0] != commit:
                self._hashed = (commit, self.database.contents_sha256())
            return self._hashed[1]
