import json
import unicodedata
from contextlib import closing
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.ignoring import Ignored, ignored_files, restore
from ingest.pipeline import ingest
from ingest.removal import UPLOADS, remove
from rag_app import retrieve
from rag_app.store.database import Database
from rag_app.store.places import index_folder, noted_roots
from tests.ingest.test_pipeline import command


def found(settings, question: str = "bridge garden ponte") -> set[str]:
    return {passage.source for passage in retrieve(question, 20, settings=settings)}


def test_a_removed_document_is_gone_from_the_next_search_and_stays_gone(own, documents: Path):
    ingest(documents, settings=own)
    assert "bridge.md" in found(own)
    done = remove(["bridge.md", "no-such.md"], settings=own)
    assert (done.ignored, done.unknown) == (("bridge.md",), ("no-such.md",))
    assert "bridge.md" not in found(own)
    assert (documents / "bridge.md").exists()
    report = ingest(documents, settings=own)
    assert report.ignored == ("bridge.md",)
    assert json.loads(report.to_json())["ignored"] == ["bridge.md"]
    assert found(own) == {"notes/garden.txt", "ponte.md"}


@pytest.mark.parametrize("spelling", ["link", "notes/.."])
def test_a_folder_is_the_same_by_any_spelling(own, documents: Path, spelling: str):
    (documents.parent / "link").symlink_to(documents)
    ingest(documents, settings=own)
    remove(["bridge.md"], settings=own)
    (documents / "ponte.md").unlink()
    other = documents.parent / "link" if spelling == "link" else documents / spelling
    report = ingest(other, settings=own)
    assert (report.ignored, report.removed) == (("bridge.md",), ("ponte.md",))
    assert found(own) == {"notes/garden.txt"}
    assert noted_roots(index_folder(own, "default")) == [str(documents)]


def test_a_folder_kept_by_another_spelling_is_known_again(own, documents: Path):
    """An index may hold a path that goes through a link."""
    link = documents.parent / "link"
    link.symlink_to(documents)
    ingest(documents, settings=own)
    remove(["bridge.md"], settings=own)
    home = index_folder(own, "default")
    with closing(Database(home)) as database, database.change():
        for record in database.documents():
            database.move_document(record, record.source, str(link))
    for name in ("ignored.jsonl", "folders.jsonl"):
        (home / name).write_text((home / name).read_text().replace(str(documents), str(link)))
    (documents / "ponte.md").unlink()
    report = ingest(documents, settings=own)
    assert (report.ignored, report.removed) == (("bridge.md",), ("ponte.md",))
    assert noted_roots(home) == [str(documents)]


def test_what_is_taken_off_the_list_is_read_again(own, documents: Path):
    ingest(documents, settings=own)
    remove(["bridge.md"], settings=own)
    home = index_folder(own, "default")
    listed = ignored_files(home)
    assert listed == [Ignored(str(documents), "bridge.md")]
    restore(home, listed)
    assert ingest(documents, settings=own).ignored == ()
    assert "bridge.md" in found(own)


def test_an_uploads_file_is_deleted_and_an_equal_name_elsewhere_is_not_passed_over(
    own, documents: Path
):
    uploads = index_folder(own, "default") / UPLOADS
    uploads.mkdir(parents=True)
    (uploads / "otter.txt").write_text("The otter Brambles was born in Seattle in 2019.")
    ingest(uploads, settings=own)
    assert remove(["otter.txt"], settings=own).uploads == ("otter.txt",)
    assert not (uploads / "otter.txt").exists()
    assert found(own, "otter") == set()
    (documents / "otter.txt").write_text("Otters live in rivers.")
    assert ingest(documents, settings=own).ignored == ()
    assert "otter.txt" in found(own, "otter")


def test_a_name_to_read_again_that_is_not_there_is_told(environment, documents: Path):
    given = ["--again", "nosuch.txt", "--again", "ponte.md", "--json"]
    run = command(environment, documents, *given)
    assert (run.returncode, run.stderr) == (2, "nosuch.txt: not in the index\n")
    assert json.loads(run.stdout)["outcomes"] == {"indexed": 3}


@pytest.mark.parametrize(("held", "typed"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_an_accent_is_typed_in_either_way(
    own, documents: Path, monkeypatch, capsys, held: str, typed: str
):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    kept, named = (unicodedata.normalize(form, "relação.txt") for form in (held, typed))
    (documents / kept).write_text("A lontra mora no rio.")
    ingest(documents, settings=own)
    assert main([str(documents), "--again", named, "--json"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert {file["source"]: file["action"] for file in files}[kept] == "changed"
    done = remove([named, kept], settings=own)
    assert (done.ignored, done.unknown) == ((kept,), ())
    assert kept not in found(own, "lontra")


def test_a_removal_is_told_as_json_where_that_is_asked_for(
    own, documents: Path, monkeypatch, capsys
):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    assert main(["--remove", "bridge.md", "--remove", "nosuch.txt", "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told == {"uploads": [], "ignored": ["bridge.md"], "unknown": ["nosuch.txt"]}


@pytest.mark.parametrize(
    "words",
    [
        ["{docs}", "--remove", "bridge.md"],
        ["{docs}", "--verify"],
        ["--verify", "--remove", "bridge.md"],
        ["{docs}", "--watch", "--again", "bridge.md"],
    ],
)
def test_what_would_be_passed_over_is_refused(
    own, documents: Path, monkeypatch, capsys, words: list[str]
):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    assert main([word.format(docs=documents) for word in words]) == 2
    assert "leave out" in capsys.readouterr().err or "--watch" in words
    assert "bridge.md" in found(own)


def test_a_file_is_read_again_where_it_is_asked_for(own, documents: Path):
    ingest(documents, settings=own)
    report = ingest(documents, settings=own, again=["bridge.md"])
    actions = {file.source: file.action for file in report.files}
    assert actions["bridge.md"] == "changed"
    assert actions["ponte.md"] == "unchanged"
    assert report.embedded == 0  # its vectors are known


@pytest.mark.parametrize(
    "words", [["--plan", "--remove", "bridge.md"], ["--plan", "--repair"], ["--verify", "--repair"]]
)
def test_a_command_that_changes_nothing_is_joined_by_none_that_does(
    own, documents: Path, monkeypatch, capsys, words
):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    assert main(words) == 2
    assert words[-1 if words[-1] == "--repair" else 1] in capsys.readouterr().err
    assert "bridge.md" in found(own)
    assert ignored_files(index_folder(own, "default")) == []
