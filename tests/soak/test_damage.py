"""A thousand flips and truncations of each of an index's files."""

import random
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app.store import vector_file
from rag_app.store.database import Database
from rag_app.store.vectors import VectorIndex
from tests.rag_app.store.test_verification import check_flips

pytestmark = pytest.mark.soak
DAMAGES = 1000


@pytest.fixture
def index(own, documents: Path) -> Path:
    ingest(documents, settings=own)
    return own.indexes_dir / "default"


def test_no_damaged_vector_file_reaches_faiss(index: Path):
    path, database = index / "vectors.faiss", Database(index)
    whole, generator = path.read_bytes(), random.Random(5)
    assert VectorIndex(index).is_whole(database)
    for number in range(DAMAGES):
        data = bytearray(whole)
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        if number % 2:
            data = data[: generator.randrange(len(data))]
        path.write_bytes(data)
        vectors = VectorIndex(index)
        assert not vectors.is_whole(database)
        assert not vector_file.is_trusted(path, database.meta("vectors_sha256"))
        vectors.save(database)
        assert path.read_bytes() == whole


def test_every_flip_of_the_database_that_changes_a_row_is_noticed(index: Path):
    assert check_flips(index, DAMAGES, random.Random(6)) > DAMAGES // 10
