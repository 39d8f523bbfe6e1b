"""Milvus (its own Lite, in a file) and Pinecone (its own client) in the place of FAISS."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.pipeline import ingest
from ingest.removal import remove
from rag_app import retrieve
from rag_app.errors import SettingError, VectorStoreError
from rag_app.store import milvus
from rag_app.store.database import Database
from rag_app.store.dense import move_vectors
from rag_app.store.placement import placement_of
from rag_app.store.verification import verify
from tests.rag_app.store.pinecone_stand_in import pinecone_index

QUESTIONS = ("How long is the bridge?", "plants under glass", "Quando abriu a ponte?")


@pytest.fixture(params=["milvus", "pinecone"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    if request.param == "milvus":
        yield f"milvus:{tmp_path}/vectors.db"
        milvus._client.cache_clear()
        return
    monkeypatch.setenv("RAG_VECTOR_STORE_KEY", "a key")
    with pinecone_index(dimension=384) as (url, _):
        yield f"pinecone:{url}"


@pytest.fixture
def home(documents: Path, own) -> Path:
    """The folder of an index of three documents."""
    ingest(documents, settings=own)
    return own.indexes_dir / "default"


def found(own) -> list[list[tuple[str, float]]]:
    answers = [retrieve(question, settings=own) for question in QUESTIONS]
    return [[(p.text, round(p.score, 4)) for p in passages] for passages in answers]


def test_the_same_passages_come_up_wherever_the_vectors_are(home: Path, own, store: str):
    expected = found(own)
    moved = move_vectors(home, store)
    assert moved.store == store and moved.vectors == 3 and not (home / "vectors.faiss").exists()
    assert found(own) == expected  # the open reader follows
    assert verify(home).vectors_whole
    assert move_vectors(home, "faiss").left_behind == ""
    assert found(own) == expected and (home / "vectors.faiss").exists()


def test_what_comes_and_goes_is_followed(home: Path, own, documents: Path, store: str):
    move_vectors(home, store)
    (documents / "tower.txt").write_text("The tower is 96 metres high.\n")
    (documents / "ponte.md").unlink()
    ingest(documents, settings=own)
    assert retrieve("How high is the tower?", settings=own)[0].source == "tower.txt"
    remove(["tower.txt"], settings=own)
    sources = {p.source for p in retrieve("How high is the tower?", k=50, settings=own)}
    assert sources == {"bridge.md", "notes/garden.txt"}
    assert verify(home).vectors_whole


def test_what_was_not_sent_yet_is_found_and_what_is_gone_is_not(
    home: Path, own, documents: Path, store: str, monkeypatch: pytest.MonkeyPatch
):
    move_vectors(home, store)
    (documents / "tower.txt").write_text("The tower is 96 metres high.\n")
    (documents / "ponte.md").unlink()
    monkeypatch.setattr("rag_app.store.served.ServedVectors.save", lambda *_: False)
    ingest(documents, settings=own)
    sources = [p.source for p in retrieve("How high is the tower?", k=50, settings=own)]
    assert sources[0] == "tower.txt" and "ponte.md" not in sources


def test_a_store_that_lost_its_vectors_gets_them_again(home: Path, own, documents, store: str):
    move_vectors(home, store)
    expected = found(own)
    with closing(Database(home)) as database:
        placement = placement_of(database)
    from rag_app.store.served import ServedVectors

    ServedVectors(placement, 384, "default").drop()
    assert not verify(home).vectors_whole
    ingest(documents, settings=own)
    assert verify(home).vectors_whole and found(own) == expected


def test_a_store_that_does_not_answer_is_named_and_left_without_it(
    home: Path, own, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    expected = found(own)
    monkeypatch.setenv("RAG_VECTOR_STORE_KEY", "a key")
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    with pinecone_index(dimension=384) as (url, _):
        assert main(["--store", f"pinecone:{url}"]) == 0
    monkeypatch.setattr("rag_app.store.pinecone._TIMEOUT_S", 1)
    with pytest.raises(VectorStoreError, match=f"pinecone:{url}.*--store faiss --index default"):
        retrieve("How long is the bridge?", settings=own)
    assert main(["--verify"]) == 2
    said = capfd.readouterr().out
    assert "Index 'default': whole. 3 documents" in said and "--store faiss" in said
    assert main(["--store", "faiss"]) == 0
    assert "not taken away" in capfd.readouterr().err
    assert found(own) == expected


@pytest.mark.parametrize(
    ("store", "told"),
    [
        ("chroma:here", "names no store. The forms are: faiss"),
        ("milvus:", "names no store"),
        ("milvus:vectors", "ends in .db"),
        ("pinecone:index", "set RAG_VECTOR_STORE_KEY"),
    ],
)
def test_a_store_that_cannot_be_used_changes_nothing(home: Path, own, store: str, told: str):
    expected = found(own)
    with pytest.raises((SettingError, VectorStoreError), match=told):
        move_vectors(home, store)
    assert found(own) == expected


def test_an_index_of_another_dimension_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAG_VECTOR_STORE_KEY", "a key")
    with (
        pinecone_index(dimension=1536) as (url, held),
        pytest.raises(VectorStoreError, match="1536 dimensions, the embedder 384"),
    ):
        move_vectors(home, f"pinecone:{url}")
    assert held.asked == ["/describe_index_stats"]
