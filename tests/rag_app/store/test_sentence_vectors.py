from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ingest.pipeline import ingest
from rag_app import ask, retrieve
from rag_app.embedding import load_embedder
from rag_app.errors import IndexDamaged
from rag_app.evidence import rank_sentences
from rag_app.store.database import Database
from rag_app.store.vector_rows import packed, unpacked
from rag_app.store.verification import verify

numbers = st.floats(-1, 1, width=32).filter(lambda number: number == 0 or abs(number) > 1e-3)


@given(arrays(np.float32, st.tuples(st.integers(0, 4), st.just(16)), elements=numbers))
def test_packing_keeps_directions_and_packs_what_it_unpacked_alike(vectors):
    """A chunk that comes again takes its vectors from the index: to the bit the same ones."""
    blob = packed(vectors)
    again = unpacked(blob, 16)
    assert packed(again) == blob
    lengths = np.linalg.norm(vectors, axis=1)
    cosines = np.sum(again * vectors, axis=1)[lengths > 0] / lengths[lengths > 0]
    assert (cosines > 0.999).all()


def test_every_sentence_of_a_passage_has_its_vector(own, documents: Path):
    ingest(documents, settings=own)
    with closing(Database(own.indexes_dir / "default")) as database:
        for passage in retrieve("bridge", 10, settings=own):
            kept = database.sentence_vectors([passage])
            assert set(kept) == {
                (passage.source, passage.page, start) for start, _ in passage.sentences
            }


def test_without_kept_vectors_sentences_are_embedded_when_asked(own, documents: Path):
    """An index of an older version answers too, and the next ingest brings it up to date."""
    only = own.model_copy(update={"answerer": "extractive", "cache": False})
    ingest(documents, settings=only)
    question = "How long is the bridge?"
    before = ask(question, settings=only)
    with closing(Database(own.indexes_dir / "default")) as database:
        with database.change():
            database._connection.execute("DROP TABLE sentence_vectors")
            database._connection.execute("UPDATE documents SET rules = 'of an older version'")
            database._connection.execute("UPDATE chunks SET embedded = x'00'")  # made otherwise
            database._connection.execute("UPDATE digests SET sha256 = '1:of an older version'")
        assert database.sentence_vectors(retrieve(question, 1, settings=only)) == {}
    old = verify(own.indexes_dir / "default")
    assert old.whole
    assert len(old.unknown) == 3
    after = ask(question, settings=only)
    assert after.citations[0].quote == before.citations[0].quote
    assert ingest(documents, settings=only).embedded > 0
    assert not verify(own.indexes_dir / "default").unknown
    assert ask(question, settings=only).support == before.support


def test_kept_vectors_spare_the_embedder(own, documents: Path, monkeypatch):
    ingest(documents, settings=own)
    embedder = load_embedder(own)
    passages = retrieve("bridge", 10, settings=own)
    with closing(Database(own.indexes_dir / "default")) as database:
        kept = database.sentence_vectors(passages)
    embedder.query_vectors(["bridge"])  # the question is all that has to be embedded
    monkeypatch.setattr(embedder._engine, "encode", None)
    assert rank_sentences("bridge", passages, embedder, (), kept=kept)


def test_a_vector_of_a_sentence_that_is_cut_short_is_named(own, documents: Path):
    ingest(documents, settings=own)
    folder = own.indexes_dir / "default"
    with closing(Database(folder)) as database:
        with database.change():
            database._connection.execute("UPDATE sentence_vectors SET vectors = x'0102'")
        (embedded,) = database._one("SELECT embedded FROM chunks LIMIT 1")
        for read in (
            lambda: database.sentence_vectors(retrieve("bridge", 1, settings=own)),
            lambda: database.known_vectors([embedded]),
            lambda: database.embedded_chunks_of("bridge.md"),
        ):
            with pytest.raises(IndexDamaged, match="--repair default"):
                read()


def test_damage_to_a_vector_of_a_sentence_is_noticed(own, documents: Path):
    ingest(documents, settings=own)
    folder = own.indexes_dir / "default"
    assert verify(folder).whole
    with closing(Database(folder)) as database, database.change():
        database._connection.execute(
            "UPDATE sentence_vectors SET vectors = zeroblob(length(vectors)) WHERE chunk_id = 1"
        )
    assert len(verify(folder).damaged) == 1
