"""The same laws for both kinds of index: all vectors compared, and inverted lists."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale_corpus import CHUNKS_A_DOCUMENT, Corpus
from rag_app.embedding import EmbedderIdentity
from rag_app.store import nearest
from rag_app.store.database import Database
from rag_app.store.vectors import VectorIndex
from rag_app.values import Scope

CHUNKS = 3_000
LIMITS = {"exact": 10_000, "lists": 1_000}
IDENTITY = EmbedderIdentity("made up", "0" * 64, 384, "mean", True, 256, {})


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus(IDENTITY)


@pytest.fixture(scope="module")
def made(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "index"
    corpus.write(folder, CHUNKS)
    return folder


@pytest.fixture
def database(made: Path, tmp_path: Path) -> Database:
    shutil.copytree(made, tmp_path / "index")
    return Database(tmp_path / "index", embedder=IDENTITY)


@pytest.fixture(params=LIMITS)
def limit(request: pytest.FixtureRequest) -> int:
    return LIMITS[request.param]


def opened(database: Database, limit: int) -> VectorIndex:
    index = VectorIndex(database.folder, exact_limit=limit)
    index.sync(database)
    return index


def truth(database: Database, query: np.ndarray, k: int, among=None) -> list[tuple[int, float]]:
    ids = database.chunk_ids() if among is None else np.array(among)
    cosines = database.vectors(ids.tolist()) @ query
    order = np.argsort(-cosines)[:k]
    return [(int(ids[i]), float(cosines[i])) for i in order]


def found_share(found, true) -> float:
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)
    return len({i for i, _ in found} & {i for i, _ in true}) / len(true)


def test_the_nearest_are_found_and_scores_are_cosines(database, corpus, limit):
    index, shares = opened(database, limit), []
    for query in corpus.vectors(40):
        found, true = index.search(database, query, 10), truth(database, query, 10)
        shares.append(found_share(found, true))
        cosines = database.vectors([i for i, _ in found]) @ query
        assert np.allclose([s for _, s in found], cosines, atol=1e-5)
    assert np.mean(shares) >= (1.0 if limit > CHUNKS else 0.97)


def test_the_file_saves_the_work_and_a_damaged_one_is_made_anew(database, corpus, limit):
    path, query = database.folder / "vectors.faiss", corpus.vectors(1)[0]
    expected = opened(database, limit).search(database, query, 10)
    assert opened(database, limit).save(database)
    assert not opened(database, limit).save(database)
    assert opened(database, limit).search(database, query, 10) == expected
    for damage in (lambda data: data[:-1], lambda data: b"\1" + data[1:], lambda data: b""):
        fresh = path.with_suffix(".damaged")
        fresh.write_bytes(damage(path.read_bytes()))
        fresh.replace(path)
        index = opened(database, limit)
        assert not index.is_whole(database)
        assert index.search(database, query, 10) == expected
        assert index.save(database) and index.is_whole(database)


@pytest.mark.parametrize("saved", [True, False])
def test_what_comes_and_goes_is_seen_at_once(database, corpus, limit, saved: bool):
    writer = opened(database, limit)
    if saved:
        writer.save(database)
    reader = opened(database, limit)
    source = database.documents()[7].source
    gone = set(database.chunks_in(Scope(sources=(source,))))
    query = database.vectors([min(gone)])[0]
    assert reader.search(database, query, 1)[0][0] in gone
    with database.change():
        database.remove_document(source)
        corpus._put(database, 900)
    new = set(database.chunks_in(Scope(sources=("000900-*",))))
    assert len(new) == CHUNKS_A_DOCUMENT
    for index in (reader, opened(database, limit), writer):
        index.sync(database)
        everything = {i for i, _ in index.search(database, query, 2 * CHUNKS)}
        assert not gone & everything
        for chunk in new:
            assert index.search(database, database.vectors([chunk])[0], 1)[0][0] == chunk
    writer.save(database)
    assert writer.is_whole(database)
    assert not gone & {i for i, _ in opened(database, limit).search(database, query, 2 * CHUNKS)}


def test_a_filter_lets_nothing_else_through_and_a_narrow_one_is_complete(database, corpus, limit):
    index = opened(database, limit)
    for query, record in zip(corpus.vectors(20), database.documents(), strict=False):
        among = list(database.chunks_in(Scope(sources=(record.source,))))
        found = index.search(database, query, 10, among)
        assert {i for i, _ in found} == {i for i, _ in truth(database, query, 10, among)}
        assert {i for i, _ in index.search(database, query, 100, among)} == set(among)
    assert index.search(database, query, 10, []) == []
    assert index.search(database, query, 10, [10**9]) == []


def test_an_index_that_outgrows_its_kind_is_made_of_the_next(database, corpus):
    limit = CHUNKS
    writer = opened(database, limit)
    writer.save(database)
    assert nearest.is_exact(writer._held.base)
    with database.change():
        for number in range(900, 910):
            corpus._put(database, number)
    writer.save(database)
    assert not nearest.is_exact(writer._held.base)
    again = VectorIndex(database.folder, exact_limit=limit)
    again.sync(database)
    assert nearest.is_mapped(again._held.base)
    assert np.array_equal(nearest.held_ids(again._held.base), database.chunk_ids())


def test_small_changes_leave_the_file_of_a_large_index_as_it_is(database, corpus):
    writer = opened(database, LIMITS["lists"])
    writer.save(database)
    with database.change():
        corpus._put(database, 900)
    assert not writer.save(database)
    assert writer.is_whole(database)
