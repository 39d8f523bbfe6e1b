"""Damage of any kind is noticed; what is called whole is what was written."""

import random
import sqlite3
from pathlib import Path

import pytest

from ingest.checkup import described
from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.errors import IndexDamaged
from rag_app.settings import load_settings
from rag_app.store.verification import Verdict, verify


@pytest.fixture
def index(own, documents: Path) -> Path:
    ingest(documents, settings=own)
    return own.indexes_dir / "default"


def flip(path: Path, generator: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    path.write_bytes(data)


def close_log(index: Path) -> None:
    """All of it into the one file, as after a reader's clean end."""
    connection = sqlite3.connect(index / "index.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def check_flips(index: Path, flips: int, generator: random.Random) -> int:
    """Flip a bit of the database ``flips`` times; how many were noticed."""
    close_log(index)
    path = index / "index.sqlite"
    whole, manifest = path.read_bytes(), verify(index).manifest
    noticed = 0
    for _ in range(flips):
        flip(path, generator)
        verdict = verify(index)
        if verdict.whole:  # the bit is one that no row uses
            assert verdict.manifest == manifest
        else:
            noticed += 1
        path.write_bytes(whole)
        for rest in index.glob("index.sqlite-*"):
            rest.unlink()
    return noticed


def test_a_flipped_bit_of_the_database_is_noticed_where_it_matters(index: Path):
    assert check_flips(index, 60, random.Random(3)) > 5


def test_an_altered_row_is_named(index: Path):
    connection = sqlite3.connect(index / "index.sqlite")
    connection.execute("UPDATE pages SET text = replace(text, '1932', '1933')")
    connection.commit()
    verdict = verify(index)
    assert verdict.damaged == ("bridge.md",)
    assert not verdict.faults
    connection.execute("UPDATE pages SET text = replace(text, '1933', '1932')")
    connection.execute("UPDATE terms SET body = 'nothing' WHERE rowid = 1")
    connection.commit()
    assert len(verify(index).damaged) == 1
    connection.close()


def test_a_damaged_page_is_named_and_other_indexes_answer(index: Path, own, documents: Path):
    ingest(documents, settings=own, index="other")
    close_log(index)
    path = index / "index.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
    with pytest.raises(IndexDamaged, match=r"index\.sqlite.*--repair default"):
        retrieve("bridge", settings=own)
    assert not verify(index).whole
    assert verify(index.parent / "other").whole
    assert retrieve("bridge", 1, index="other", settings=own)[0].source == "bridge.md"


def test_the_same_folder_has_the_same_manifest(index: Path, own, documents: Path):
    one = verify(index)
    alone = load_settings(indexes_dir=own.indexes_dir, threads=1)
    parts = ["ponte.md", "notes", "bridge.md"]
    away = documents.parent / "away"
    away.mkdir()
    for part in parts[1:]:
        (documents / part).rename(away / part)
    ingest(documents, settings=alone, index="parts")
    for part in parts[1:]:
        (away / part).rename(documents / part)
        ingest(documents, settings=alone, index="parts")
    other = verify(index.parent / "parts")
    assert one.manifest == other.manifest
    (documents / "ponte.md").write_text("# A ponte\n\nA ponte fechou.\n")
    ingest(documents, settings=own, index="parts")
    assert verify(index.parent / "parts").manifest != one.manifest


def test_one_is_told_as_one():
    told = described(Verdict("default", 1, 1, "", (), (), (), True))
    assert told == "Index 'default': whole. 1 document, 1 chunk.\n"
