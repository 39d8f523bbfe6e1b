"""``python -m ingest --verify`` and ``--repair``, as a user runs them after a bad night."""

import json
import random
import sqlite3
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.repair import repair
from rag_app import retrieve
from rag_app.errors import DocumentsError
from rag_app.store.verification import verify
from tests.ingest.test_pipeline import command, contents
from tests.rag_app.store.test_verification import close_log


def damage(index: Path, kind: str) -> None:
    path = index / "index.sqlite"
    close_log(index)
    data = path.read_bytes()
    if kind == "row":
        connection = sqlite3.connect(path)
        connection.execute("UPDATE pages SET text = replace(text, '1932', '1933')")
        connection.commit()
        connection.close()
    elif kind == "row and keywords":
        connection = sqlite3.connect(path)
        connection.execute("UPDATE pages SET text = replace(text, '1932', '1933')")
        connection.execute("DELETE FROM terms_data WHERE id > 10")
        connection.commit()
        connection.close()
    elif kind == "pages":
        generator = random.Random(4)
        for _ in range(4):
            at = generator.randrange(3, len(data) // 4096) * 4096
            data = data[:at] + generator.randbytes(4096) + data[at + 4096 :]
        path.write_bytes(data)
    elif kind == "head":
        path.write_bytes(b"lost" * 1000)
    elif kind == "cut":
        path.write_bytes(data[: len(data) // 3])
    elif kind == "vectors":
        (index / "vectors.faiss").write_bytes(b"lost")


@pytest.mark.parametrize("kind", ["row", "row and keywords", "pages", "head", "cut", "vectors"])
def test_a_damaged_index_is_mended_to_what_it_was(own, documents: Path, kind: str):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    before, manifest = contents(index), verify(index).manifest
    damage(index, kind)
    found = verify(index)
    assert found.whole == (kind == "vectors")
    assert not (found.whole and found.vectors_whole)
    done = repair("default", settings=own)
    assert done.lost == ()
    assert (done.after.whole, done.after.vectors_whole) == (True, True)
    assert (contents(index), done.after.manifest) == (before, manifest)
    assert retrieve("bridge", 1, settings=own)[0].source == "bridge.md"
    assert sorted(path.name for path in index.iterdir() if "sqlite-" not in path.name) == [
        "folders.jsonl", "index.sqlite", "vectors.faiss", "writer.lock",
    ]  # fmt: skip


def test_an_index_without_digests_is_given_them(own, documents: Path):
    """As an older version left it: nothing is called damaged, and its contents have a manifest."""
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    manifest = verify(index).manifest
    connection = sqlite3.connect(index / "index.sqlite")
    connection.execute("DROP TABLE digests")
    connection.commit()
    connection.close()
    found = verify(index)
    assert (found.whole, len(found.unknown), found.manifest) == (True, 3, manifest)
    after = repair("default", settings=own).after
    assert (after.whole, after.unknown, after.manifest) == (True, (), manifest)


def test_the_commands_say_what_is_damaged_and_mend_it(environment, documents: Path, own):
    ingest(documents, settings=own)
    ingest(documents, settings=own, index="other")
    damage(own.indexes_dir / "default", "row")
    checked = command(environment, "--verify")
    assert checked.returncode == 2
    assert "Index 'other': whole." in checked.stdout
    assert "damaged: bridge.md" in checked.stdout
    assert "--repair default" in checked.stdout
    other = command(environment, "--verify", "--index", "other")
    assert other.returncode == 0
    assert "default" not in other.stdout
    refused = command(environment, "--verify", "default", "--index", "other")
    assert "name one index" in refused.stderr
    mended = command(environment, "--repair", "default")
    assert mended.returncode == 0, mended.stderr
    assert "Read again: 1 file." in mended.stdout
    assert command(environment, "--verify").returncode == 0


def test_without_its_folder_what_cannot_be_mended_is_named(environment, documents: Path, own):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    damage(index, "head")
    damaged = (index / "index.sqlite").read_bytes()
    documents.rename(documents.with_name("moved"))
    documents.mkdir()  # as a disk that is not mounted looks
    for _ in range(2):
        run = command(environment, "--repair", "default")
        assert run.returncode == 2
        assert "python -m ingest DOCS --index default" in run.stderr
        assert (index / "index.sqlite").read_bytes() == damaged
    for path in index.glob("index.sqlite*"):
        path.unlink()
    assert command(environment, documents.with_name("moved")).returncode == 0
    verdict = json.loads(command(environment, "--verify", "--json").stdout)
    assert verdict["whole"]


def test_damaged_documents_stay_as_long_as_no_folder_can_be_read(own, documents: Path):
    ingest(documents, settings=own)
    damage(own.indexes_dir / "default", "row")
    documents.rename(documents.with_name("moved"))
    with pytest.raises(DocumentsError, match="nothing was changed"):
        repair("default", settings=own)
    assert verify(own.indexes_dir / "default").damaged == ("bridge.md",)
    documents.with_name("moved").rename(documents)
    assert repair("default", settings=own).after.whole


@pytest.mark.parametrize("kind", ["row", "head"])
def test_a_folder_that_is_gone_keeps_no_other_from_being_read(
    own, environment, documents: Path, tmp_path: Path, kind: str
):
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "heron.txt").write_text("The heron Clara lives at the lake since 2015.")
    ingest(gone, settings=own)
    ingest(documents, settings=own)
    (gone / "heron.txt").unlink()
    damage(own.indexes_dir / "default", kind)
    run = command(environment, "--repair", "default")
    assert run.returncode == 0, run.stderr
    assert f"not read, since it is gone or empty: {gone}" in run.stdout
    assert retrieve("bridge", 1, settings=own)[0].source == "bridge.md"


def test_a_repair_that_broke_off_is_gone_on_with(own, documents: Path, monkeypatch):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    before = contents(index)
    damage(index, "head")

    def broken_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("ingest.repair.ingest", broken_off)
        repair("default", settings=own)
    repair("default", settings=own)
    assert contents(index) == before


def test_folders_that_go_away_meanwhile_leave_the_damaged_index(own, documents: Path, monkeypatch):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    damage(index, "head")
    damaged = (index / "index.sqlite").read_bytes()

    def gone(*_: object, **__: object) -> None:
        raise DocumentsError("It holds no files.")

    monkeypatch.setattr("ingest.repair.ingest", gone)
    with pytest.raises(DocumentsError, match="nothing was changed"):
        repair("default", settings=own)
    assert (index / "index.sqlite").read_bytes() == damaged
