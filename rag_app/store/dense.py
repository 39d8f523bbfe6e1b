"""The dense search of an index, wherever its vectors are, and their move to another place."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag_app.embedding import Vectors
from rag_app.errors import VectorStoreError
from rag_app.store.database import Database
from rag_app.store.lock import writer_lock
from rag_app.store.placement import new_placement, note, placement_of
from rag_app.store.schema import VECTORS_FILE
from rag_app.store.served import ServedVectors
from rag_app.store.vector_rows import Ids
from rag_app.store.vectors import VectorIndex


class DenseSearch(Protocol):
    """Nearest chunks by cosine; SQLite holds the vectors, whatever searches them is derived."""

    def sync(self, database: Database) -> None:
        """Hold the chunks of the database's present commit."""

    def search(
        self, database: Database, vector: Vectors, k: int, among: Sequence[int] | Ids | None = None
    ) -> list[tuple[int, float]]:
        """Chunk ids and cosines, best first, at most ``k``; of ``among`` alone where given."""

    def save(self, database: Database) -> bool:
        """Bring what is searched to this commit, where it is not; for the writer alone."""

    def is_whole(self, database: Database) -> bool:
        """Whether what is searched is all there, as it was saved."""


@dataclass(frozen=True)
class Move:
    """What a change of place came to."""

    store: str  # where the vectors are: "faiss" or such as "milvus:http://127.0.0.1:19530"
    vectors: int
    left_behind: str  # why the former store still holds them; "" where it does not


def dense_search(database: Database, held: DenseSearch | None = None) -> DenseSearch:
    """The dense search of this index: ``held`` where the vectors are still there."""
    placement = placement_of(database)
    if placement is None:
        return held if isinstance(held, VectorIndex) else VectorIndex(database.folder)
    if isinstance(held, ServedVectors) and held.is_at(placement):
        return held
    return ServedVectors(placement, database.embedder().dimension, database.name)


def move_vectors(folder: Path, spec: str) -> Move:
    """Search the index in ``folder`` where ``spec`` says, from its next question on.

    Its readers follow at their next question; one that is being answered may fail. Killed on the
    way, the index stays where it was.
    Raises SettingError, MissingExtra, VectorStoreError, IndexBusy or IndexNotFound.
    """
    wanted = new_placement(spec)
    Database(folder).close()  # where there is no such index, no lock is left in its place
    with writer_lock(folder), closing(Database(folder)) as database:
        before = placement_of(database)
        store = wanted.store if wanted else "faiss"
        if store == (before.store if before else "faiss"):
            dense_search(database).save(database)
            return Move(store, database.chunk_count(), "")
        dimension = database.embedder().dimension
        if wanted is None:
            note(database, None)
            VectorIndex(folder).save(database)
        else:
            ServedVectors(wanted, dimension, database.name).fill(database)
            (folder / VECTORS_FILE).unlink(missing_ok=True)
        left = ""
        if before is not None:
            try:
                ServedVectors(before, dimension, database.name).drop()
            except VectorStoreError as error:
                left = f"{before.name} in {before.store}: {error}"
        return Move(store, database.chunk_count(), left)
