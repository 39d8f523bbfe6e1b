"""Whether an index is whole: every row as it was written, every file as it was made."""

import hashlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag_app.errors import IndexBusy, IndexDamaged, StoreError, VectorStoreError
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.schema import FORMAT


@dataclass(frozen=True)
class Verdict:
    """What was found of one index."""

    index: str
    documents: int
    chunks: int
    manifest: str  # SHA-256 of all contents; "" where they cannot be read
    faults: tuple[str, ...]  # of the file as a whole
    damaged: tuple[str, ...]  # sources whose rows are not what was written
    unknown: tuple[str, ...]  # sources written before digests were kept
    vectors_whole: bool  # else they are brought again, to FAISS's file or to their store
    store_fault: str = ""  # why the store that holds the vectors cannot be asked

    @property
    def whole(self) -> bool:
        """Whether nothing has to be mended from the documents."""
        return not (self.faults or self.damaged)


def verify(folder: Path) -> Verdict:
    """Read all of an index and compare it with what was written. Raises IndexNotFound."""
    try:
        with closing(Database(folder)) as database:
            keywords = "" if database.frozen else _keyword_fault(database)
            with database.snapshot():
                return _examine(database, keywords)
    except IndexDamaged as error:
        return Verdict(folder.name, 0, 0, "", (str(error),), (), (), False)


def is_sound(database: Database, source: str, kept: Mapping[str, str]) -> bool:
    """Whether a document's rows can be read and are what was written."""
    return source in kept and _digest(database, source) == kept[source]


def _digest(database: Database, source: str) -> str:
    """Of the rows as they are; "" where they cannot be read."""
    try:
        return database.digest_now(source)
    except IndexDamaged:
        return ""


def _keyword_fault(database: Database) -> str:
    try:
        return database.keyword_fault()
    except IndexBusy:
        return ""  # looked at the next time: a writer is at work


def _examine(database: Database, keyword_fault: str) -> Verdict:
    faults = database.structural_faults() + [keyword_fault] * bool(keyword_fault)
    kept = database.kept_digests()
    sources = [record.source for record in database.documents()]
    unknown = tuple(source for source in sources if source not in kept)
    now = {source: _digest(database, source) for source in sources}
    damaged = {source for source in sources if source in kept and now[source] != kept[source]}
    try:
        damaged |= set(database.wrong_terms())
    except StoreError as error:
        faults.append(str(error))
    vectors_whole, store_fault = False, ""
    try:
        vectors_whole = dense_search(database).is_whole(database)
    except VectorStoreError as error:
        store_fault = str(error)
    return Verdict(
        index=database.name,
        documents=len(sources),
        chunks=database.chunk_count(),
        manifest=_manifest(database, now),
        faults=tuple(faults),
        damaged=tuple(sorted(damaged)),
        unknown=unknown,
        vectors_whole=vectors_whole,
        store_fault=store_fault,
    )


def _manifest(database: Database, digests: Mapping[str, str]) -> str:
    """The same for the same documents, rules and embedder, however the index came about."""
    embedder = database.embedder()
    lines = [f"format {FORMAT}", f"embedder {embedder.sha256} {embedder.dimension}"]
    lines += [f"{digests[source]} {source}" for source in sorted(digests)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
