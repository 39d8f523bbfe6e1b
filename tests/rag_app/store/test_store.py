import os
import random
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.embedding import load_embedder
from rag_app.errors import EmbedderMismatch, IndexBusy, IndexDamaged, IndexNotFound, SettingError
from rag_app.store.contents import EmbeddedChunk
from rag_app.store.database import Database
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder
from rag_app.store.vectors import VectorIndex
from rag_app.values import INDEXED, Chunk, DocumentRecord, Page


@pytest.fixture
def index(own, documents: Path) -> Path:
    ingest(documents, settings=own)
    return own.indexes_dir / "default"


def search(folder: Path, text: str, own) -> list[tuple[int, float]]:
    vectors = VectorIndex(folder)
    database = Database(folder)
    vectors.sync(database)
    return vectors.search(database, load_embedder(own).encode([text])[0], 3)


def test_a_damaged_vector_file_is_never_read_and_costs_nothing(index: Path, own):
    path = index / "vectors.faiss"
    whole, expected = path.read_bytes(), search(index, "bridge", own)
    generator = random.Random(7)
    for _ in range(40):
        data = bytearray(whole)
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        path.write_bytes(data[: generator.choice([len(data), generator.randrange(len(data))])])
        assert search(index, "bridge", own) == expected
    path.unlink()
    assert search(index, "bridge", own) == expected


def test_the_vector_file_holds_what_the_database_holds(index: Path):
    import faiss

    database = Database(index)
    held = faiss.read_index(str(index / "vectors.faiss"))
    ids = faiss.vector_to_array(held.id_map)
    assert sorted(ids.tolist()) == database.chunk_ids().tolist()
    stored = database.vectors([int(i) for i in ids])
    flat = faiss.downcast_index(held.index).reconstruct_n(0, held.ntotal)
    assert np.array_equal(flat, stored)


def test_readers_see_a_commit_without_a_restart(index: Path, own, documents: Path):
    assert "zeppelin" not in retrieve("zeppelin", 1, settings=own)[0].text
    (documents / "new.txt").write_text("The zeppelin landed in Recife in 1930.")
    ingest(documents, settings=own)
    assert retrieve("zeppelin", 1, settings=own)[0].source == "new.txt"
    (documents / "new.txt").unlink()
    ingest(documents, settings=own)
    assert all(p.source != "new.txt" for p in retrieve("zeppelin", 5, settings=own))


def test_an_index_of_another_embedder_is_refused_by_name(index: Path, own, monkeypatch):
    """Same dimension, other weights: nothing but the identity could tell."""
    import dataclasses

    embedder = load_embedder(own)
    other = dataclasses.replace(embedder.identity, name="another-model", sha256="0" * 64)
    monkeypatch.setattr(embedder, "identity", other)
    for use in (lambda: retrieve("bridge", settings=own), lambda: ingest(index, settings=own)):
        with pytest.raises(EmbedderMismatch, match=r"packaged.*another-model.*RAG_EMBEDDER="):
            use()


def test_a_second_writer_is_told_who_writes(index: Path, own, documents: Path):
    import os

    with writer_lock(index), pytest.raises(IndexBusy, match=str(os.getpid())):
        ingest(documents, settings=own)


def test_a_damaged_database_is_named(index: Path):
    (index / "index.sqlite").write_bytes(b"no database at all" * 100)
    for rest in index.glob("index.sqlite-*"):
        rest.unlink()
    with pytest.raises(IndexDamaged, match=r"index\.sqlite.*ingest again"):
        Database(index)


def test_a_missing_index_names_those_that_are_there(index: Path):
    with pytest.raises(IndexNotFound, match=r"Indexes here: default"):
        Database(index.parent / "other")


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".hidden", "x" * 65, "a b"])
def test_an_index_name_cannot_leave_the_folder(name: str, own):
    with pytest.raises(SettingError):
        index_folder(own, name)


def test_vectors_and_folders_are_their_users_alone_whatever_the_umask(own, documents: Path):
    before = os.umask(0)
    try:
        ingest(documents, settings=own)
    finally:
        os.umask(before)
    for name in ("vectors.faiss", "folders.jsonl"):
        status = (own.indexes_dir / "default" / name).stat()
        assert oct(status.st_mode & 0o777) == "0o600"


def test_the_page_around_a_chunk_is_found_as_quickly_at_the_end_of_a_long_document(own):
    folder, identity = own.indexes_dir / "default", load_embedder(own).identity
    folder.mkdir(parents=True)
    database = Database(folder, embedder=identity)
    pages = [Page(number, f"Page {number} of 400.") for number in range(1, 401)]
    chunks = [
        EmbeddedChunk(Chunk(at, 0, 4, "Page", (), 1), b"", np.zeros(identity.dimension))
        for at in range(len(pages))
    ]
    with database.change():
        database.put_document(
            DocumentRecord("a.pdf", "", 0, "", "en", "", INDEXED, "", 400, 400, 0.0),
            "", "", pages, chunks,
        )  # fmt: skip

    def steps(chunk: int, page: int) -> int:
        taken: list[int] = []
        database._connection.set_progress_handler(lambda: taken.append(1), 1)
        assert database.page_around(chunk) == f"Page {page} of 400."
        database._connection.set_progress_handler(None, 0)
        return len(taken)

    first, *_, last = database.chunk_ids().tolist()
    assert steps(last, 400) == steps(first, 1)
    assert database.page_around(last + 1) is None


def test_more_chunks_are_read_than_one_statement_takes(index: Path):
    database = Database(index)
    database._connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    known = database.chunk_ids().tolist()
    asked = [*range(known[-1] + 1, known[-1] + 2000), *known]
    assert sorted(database.passages(asked)) == known
    assert sorted(database.pages_of(asked)) == known
    assert sorted(database.vectors_by_id(asked)) == known
