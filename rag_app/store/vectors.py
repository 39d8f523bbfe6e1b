"""The FAISS index: derived from SQLite, checked by hash, rebuilt where it is not to be trusted."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from rag_app.embedding import Vectors
from rag_app.store import nearest, vector_file
from rag_app.store.connection import named_errors
from rag_app.store.database import Database
from rag_app.store.nearest import EXACT_LIMIT, Ids
from rag_app.store.schema import VECTORS_FILE

_BLOCK = 20_000  # vectors read from SQLite at a time
_SPARE = 1.5  # candidates of inverted lists for each that is wanted: exact scores choose


@dataclass
class _Held:
    """What is searched: the file's index, never changed, and what came and went since."""

    base: faiss.Index
    recent: faiss.Index  # exact
    alive: NDArray[np.bool_]  # by id, of both
    dead: int  # in the base
    newest: int  # highest id that was seen
    commit: int
    deletion: int | None  # the latest that was seen


class VectorIndex:
    """Nearest neighbours by inner product over the chunks of one index, and their cosines.

    In memory it follows the database: ``sync`` brings it to the commit that the database
    shows. The file beside the database only saves the next process that work; one of inverted
    lists may lag behind, as far as what is missing is quickly compared in full. Where no file
    can be used, a reader makes in memory what the writer would: at a million chunks its first
    question waits for that.
    """

    def __init__(self, folder: Path, *, exact_limit: int = EXACT_LIMIT) -> None:
        """``exact_limit``: up to so many chunks a search compares all of them in full."""
        self._path = folder / VECTORS_FILE
        self._limit = exact_limit
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def sync(self, database: Database) -> None:
        """Hold exactly the chunks of the database's present commit."""
        with self._lock:
            self._sync(database)

    def search(
        self, database: Database, vector: Vectors, k: int, among: Sequence[int] | Ids | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, at most ``k``; of ``among`` alone where given.

        Of the commit that ``sync`` saw last, which ``database`` should show.
        """
        with self._lock:
            held = self._held
            if held is None:
                return []
            allowed = held.alive if held.dead else None
            if among is not None:
                wanted = np.asarray(among, np.int64)
                allowed = np.zeros_like(held.alive)
                allowed[wanted[(wanted >= 0) & (wanted < allowed.size)]] = True
                allowed &= held.alive
            exact = nearest.is_exact(held.base)
            found = nearest.search(held.base, vector, k if exact else round(_SPARE * k), allowed)
            recent = nearest.search(held.recent, vector, k, allowed)
        if not exact:
            # Scores of single bytes are near; those that are returned are cosines.
            rows = database.vectors_by_id([chunk for chunk, _ in found])
            found = [(chunk, float(row @ vector)) for chunk, row in rows.items()]
        return sorted(found + recent, key=lambda item: (-item[1], item[0]))[:k]

    def save(self, database: Database) -> bool:
        """Bring the file near enough to this commit, where it is not; for the writer alone."""
        with self._lock:
            held = self._sync(database)
            if self._is_near(database, held):
                return False
            self._merge(database, held)
            with named_errors(self._path.parent):
                digest = vector_file.write(held.base, self._path)
            database.set_vectors(digest, held.commit)
        return True

    def is_whole(self, database: Database) -> bool:
        """Whether the file's bytes are the ones that were written, and of use as they are."""
        return (
            database.meta("vectors_commit") == str(database.commit_number())
            or database.chunk_count() > self._limit
        ) and vector_file.is_trusted(self._path, database.meta("vectors_sha256"))

    def _sync(self, database: Database) -> _Held:
        commit = database.commit_number()
        if self._held is None or commit < self._held.commit:
            self._held = self._open(database)
        elif commit != self._held.commit:
            self._held = self._follow(self._held, database)
        return self._held

    def _open(self, database: Database) -> _Held:
        """From the file, as far as it goes, and the database."""
        dimension = database.embedder().dimension
        base = vector_file.read(self._path, database.meta("vectors_sha256"), mapped=True)
        if not nearest.is_ours(base, dimension):
            base = nearest.exact(dimension)
        live, held = database.chunk_ids(), nearest.held_ids(base)
        new = np.setdiff1d(live, held, assume_unique=True)
        dead = held.size - (live.size - new.size)
        if new.size > self._limit:
            base, new, dead = self._built(database, live), new[:0], 0
        newest = max(int(ids[-1]) if ids.size else 0 for ids in (live, held))
        alive = np.zeros(newest + 1, np.bool_)
        alive[live] = True
        recent = nearest.exact(dimension, _blocks(database, new))
        commit, deletion = database.commit_number(), database.last_deletion()
        return _Held(base, recent, alive, dead, newest, commit, deletion)

    def _follow(self, held: _Held, database: Database) -> _Held:
        """The same, with what came and went since; costs what that is, whatever the size."""
        new = database.chunk_ids(after=held.newest)
        if held.recent.ntotal + new.size > self._limit:
            return self._open(database)  # the writer has put what came since into the file
        gone = None if held.deletion is None else database.deleted_after(held.deletion)
        if gone is None:
            gone = np.setdiff1d(np.flatnonzero(held.alive), database.chunk_ids())
        gone = gone[gone <= held.newest]  # others came and went unseen
        gone = gone[held.alive[gone]]
        held.alive[gone] = False
        held.dead += gone.size - held.recent.remove_ids(faiss.IDSelectorBatch(gone))
        if new.size:
            for ids, vectors in _blocks(database, new):
                held.recent.add_with_ids(vectors, ids)
            held.newest = int(new[-1])
            held.alive = np.pad(held.alive, (0, held.newest + 1 - held.alive.size))
            held.alive[new] = True
        held.commit, held.deletion = database.commit_number(), database.last_deletion()
        return held

    def _is_near(self, database: Database, held: _Held) -> bool:
        """Whether the file may stay as it is."""
        count = int(np.count_nonzero(held.alive))
        late = held.recent.ntotal + held.dead
        if not nearest.is_fit(held.base, count, self._limit) or late > self._limit // 2:
            return False
        if nearest.is_mapped(held.base):  # the file itself, whose bytes were looked at
            return self._path.exists()
        same = database.meta("vectors_commit") == str(held.commit)
        return (same or not nearest.is_exact(held.base)) and self.is_whole(database)

    def _merge(self, database: Database, held: _Held) -> None:
        """Take into the base what came and went since, or build it anew where it is unfit."""
        live = np.flatnonzero(held.alive)
        base: faiss.Index | None = held.base
        if not nearest.is_fit(held.base, live.size, self._limit):
            base = None
        elif nearest.is_mapped(held.base):
            base = vector_file.read(self._path, database.meta("vectors_sha256"), mapped=False)
        if base is None:
            held.base = self._built(database, live)
        else:
            if held.dead:
                gone = np.setdiff1d(nearest.held_ids(base), live, assume_unique=True)
                base.remove_ids(faiss.IDSelectorBatch(gone))
            nearest.add_all(base, held.recent)
            held.base = base
        held.recent, held.dead = nearest.exact(held.base.d), 0

    def _built(self, database: Database, live: Ids) -> faiss.Index:
        """The kind of index that so many chunks want, made of all of them."""
        blocks = database.vector_blocks(_BLOCK)
        if live.size <= self._limit:
            return nearest.exact(database.embedder().dimension, blocks)
        wanted = min(live.size, nearest.TRAINING_SHARE * nearest.lists_for(live.size))
        chosen = live[np.linspace(0, live.size - 1, wanted).astype(np.int64)]
        return nearest.by_lists(database.vectors(chosen.tolist()), live.size, blocks)


def _blocks(database: Database, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
    for at in range(0, ids.size, _BLOCK):
        block = ids[at : at + _BLOCK]
        yield block, database.vectors(block.tolist())
