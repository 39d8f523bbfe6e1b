import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from ingest.pipeline import Progress, ingest, plan_only
from rag_app import retrieve
from rag_app.errors import DocumentsError
from rag_app.settings import load_settings
from rag_app.store.database import Database
from tests.conftest import PROJECT


def command(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, arguments)],
        capture_output=True, text=True, env=environment, cwd=PROJECT,
    )  # fmt: skip


def actions(report) -> dict[str, str]:
    return {file.source: file.action for file in report.files}


def test_a_second_run_embeds_nothing(own, documents: Path):
    first, second = ingest(documents, settings=own), ingest(documents, settings=own)
    assert first.embedded == sum(file.chunks for file in first.files) > 0
    assert second.embedded == 0
    assert set(actions(second).values()) == {"unchanged"}


def test_progress_counts_every_file_that_is_read_refused_ones_too(own, documents: Path):
    (documents / "long.txt").write_text("No more than this. " * 100)
    short = own.model_copy(update={"max_file_mb": 0.001})
    for _ in range(2):  # a file that was too large is looked at again by each run
        told: list[Progress] = []
        ingest(documents, settings=short, on_progress=told.append)
        assert told[-1].files_done == told[-1].files > 0


def test_each_change_is_followed(own, documents: Path):
    ingest(documents, settings=own)
    (documents / "bridge.md").rename(documents / "notes" / "crossing.md")
    (documents / "notes" / "garden.txt").write_text("The garden was closed in 2020.")
    (documents / "ponte.md").unlink()
    report = ingest(documents, settings=own)
    assert actions(report) == {"notes/crossing.md": "renamed", "notes/garden.txt": "changed"}
    assert report.removed == ("ponte.md",)
    assert report.embedded == 1  # a rename costs none
    sources = {passage.source for passage in retrieve("bridge garden ponte", 20, settings=own)}
    assert sources == {"notes/crossing.md", "notes/garden.txt"}


def test_another_suffix_is_another_file(own, documents: Path):
    """It says how a file is read: the same bytes are a text, or a table."""
    table = documents / "tolls.txt"
    table.write_text("Year,Toll\n1932,6 pence\n1988,2 pounds\n")
    ingest(documents, settings=own)
    table.rename(documents / "tolls.csv")
    report = ingest(documents, settings=own)
    assert (actions(report)["tolls.csv"], report.removed) == ("added", ("tolls.txt",))
    assert any("Toll: 6 pence" in p.text for p in retrieve("toll in 1932", 5, settings=own))
    (documents / "tolls.csv").rename(documents / "TOLLS.CSV")
    assert actions(ingest(documents, settings=own))["TOLLS.CSV"] == "renamed"


def test_a_loader_that_is_named_later_reads_what_was_passed_over(own, documents: Path):
    (documents / "talk.srt").write_text("The otter Brambles was born in Seattle in 2019.")
    assert {f.source: f.outcome for f in ingest(documents, settings=own).files}[
        "talk.srt"
    ] == "unsupported"
    given = own.model_copy(update={"community_loaders": {".srt": "TextLoader"}})
    report = ingest(documents, settings=given)
    assert {f.source for f in report.files if f.action != "unchanged"} == {"talk.srt"}
    assert any(p.source == "talk.srt" for p in retrieve("otter Brambles", 5, settings=own))
    assert set(actions(ingest(documents, settings=given)).values()) == {"unchanged"}
    other = own.model_copy(update={"community_loaders": {".srt": "UnstructuredFileLoader"}})
    assert plan_only(documents, settings=other).changed[0].source == "talk.srt"


def test_missing_files_can_be_kept(own, documents: Path):
    ingest(documents, settings=own)
    (documents / "ponte.md").unlink()
    assert ingest(documents, settings=own, keep_missing=True).removed == ()
    assert any(p.source == "ponte.md" for p in retrieve("ponte", 5, settings=own))


def test_the_same_chunk_twice_is_embedded_once(own, documents: Path):
    ingest(documents, settings=own)
    (documents / "copy.txt").write_text((documents / "notes" / "garden.txt").read_text())
    report = ingest(documents, settings=own)
    assert (report.embedded, report.reused) == (0, 1)


def test_the_order_of_arrival_does_not_matter(own, documents: Path, tmp_path: Path):
    """The same folder makes the same chunks and vectors, whatever came before."""
    ingest(documents, settings=own, index="whole")
    moved = tmp_path / "later.md"
    (documents / "bridge.md").rename(moved)
    ingest(documents, settings=own, index="parts")
    moved.rename(documents / "bridge.md")
    ingest(documents, settings=own, index="parts")
    assert contents(own.indexes_dir / "whole") == contents(own.indexes_dir / "parts")


def contents(folder: Path) -> dict[str, bytes]:
    """Every chunk's id, the same for the same words at the same place, and its vector."""
    rows = Database(folder)._all("SELECT key, vector FROM chunks")
    return dict(rows)


def test_the_command_reports_every_file(environment, documents: Path):
    (documents / "photo.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 50)
    (documents / "empty.txt").touch()
    (documents / ".hidden").write_text("not for us")
    run = command(environment, documents)
    assert run.returncode == 0
    assert "photo.jpg: unsupported" in run.stdout
    assert "empty.txt: empty: the file has no bytes" in run.stdout
    assert "pages a second" in run.stdout
    report = json.loads(command(environment, documents, "--json").stdout)
    assert report["actions"] == {"unchanged": 5}
    assert report["outcomes"] == {"indexed": 3, "unsupported": 1, "empty": 1}
    assert (report["hidden"], report["embedded"]) == (1, 0)


def test_a_name_is_no_markup(environment, tmp_path: Path):
    folder = tmp_path / "notes[" / "b]"  # the path holds "[/b]"
    (folder / "old[").mkdir(parents=True)
    (folder / "old[" / "i].txt").write_text("The garden opens at nine.")
    (folder / "old[" / "u].jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 50)
    run = command(environment, folder)
    assert run.returncode == 0, run.stderr
    assert "notes[/b]" in run.stdout.replace("\n", "")
    assert "old[/u].jpg: unsupported" in run.stdout


def test_a_plan_does_nothing(environment, documents: Path, own):
    plan = json.loads(command(environment, documents, "--plan", "--json").stdout)
    assert plan["add"] == ["bridge.md", "notes/garden.txt", "ponte.md"]
    assert not own.indexes_dir.exists()
    assert "3 to add" in command(environment, documents, "--plan").stdout


@pytest.mark.parametrize("case", ["missing", "empty", "file", "name", "both"])
def test_bad_input_ends_with_code_2_and_a_clear_line(environment, tmp_path: Path, case: str):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    arguments = {
        "missing": ["./no/such/folder"],
        "empty": [tmp_path / "empty"],
        "file": [tmp_path / "file"],
        "name": [tmp_path, "--index", "../up"],
        "both": [tmp_path, "--plan", "--watch"],
    }[case]
    run = command(environment, *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")
    assert "Traceback" not in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_an_emptied_folder_is_refused_and_how_to_empty_the_index_is_told(
    environment, own, documents: Path
):
    ingest(documents, settings=own)
    shutil.rmtree(documents)
    documents.mkdir()
    run, plan = command(environment, documents), command(environment, documents, "--plan")
    assert (run.returncode, run.stdout) == (plan.returncode, plan.stdout) == (2, "")
    assert run.stderr == plan.stderr
    assert "holds no files; nothing was changed" in run.stderr
    assert "--remove NAME" in run.stderr
    assert str(own.indexes_dir / "default") in run.stderr
    assert retrieve("the bridge", 5, settings=own)


@pytest.mark.parametrize("options", [[], ["--plan"]])
def test_a_terminal_is_told_at_once_that_the_folder_is_looked_through(
    environment, documents: Path, options: list[str]
):
    terminal, end = os.openpty()
    run = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(documents), *options],
        stdout=subprocess.DEVNULL, stderr=end, env={**environment, "TERM": "xterm"}, cwd=PROJECT,
    )  # fmt: skip
    os.close(end)
    said = b""
    with suppress(OSError):  # how Linux tells the end of a terminal
        while part := os.read(terminal, 4096):
            said += part
    os.close(terminal)
    assert run.wait() == 0
    assert b"Looking through" in said[:200]
    assert b"Looking" not in command(environment, documents, *options).stderr.encode()


def test_a_name_stays_with_the_folder_that_had_it_first(own, documents: Path, tmp_path: Path):
    ingest(documents, settings=own)
    other = tmp_path / "other"
    other.mkdir()
    (other / "bridge.md").write_text("The bridge of the other town opened in 1888.")
    (other / "tower.txt").write_text("The tower was built in 1889.")
    outcomes = {file.source: file for file in ingest(other, settings=own).files}
    assert outcomes["tower.txt"].outcome == "indexed"
    assert outcomes["bridge.md"].outcome == "name_taken"
    assert str(documents) in outcomes["bridge.md"].detail
    assert "rename" in outcomes["bridge.md"].detail
    assert [file.source for file in plan_only(other, settings=own).taken] == ["bridge.md"]
    found = {p.text for p in retrieve("bridge opened", 20, settings=own) if "opened" in p.text}
    assert any("1932" in text for text in found)
    assert not any("1888" in text for text in found)
    (documents / "bridge.md").unlink()  # the name is free
    assert actions(ingest(other, settings=own))["bridge.md"] == "changed"


def test_a_file_that_two_folders_lead_to_is_one_file(own, documents: Path, tmp_path: Path):
    ingest(documents, settings=own)
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "ponte.md").hardlink_to(documents / "ponte.md")
    assert actions(ingest(moved, settings=own)) == {"ponte.md": "unchanged"}


def test_links_out_of_the_folder_are_not_followed(own, documents: Path, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("The password is swordfish.")
    (documents / "link.txt").symlink_to(secret)
    (documents / "loop").symlink_to(documents)
    report = ingest(documents, settings=own)
    outcomes = {file.source: file.outcome for file in report.files}
    assert outcomes["link.txt"] == "outside_folder"
    assert outcomes["loop"] == "unsupported"
    assert all("swordfish" not in p.text for p in retrieve("password", 10, settings=own))


def test_what_lies_beside_the_indexes_is_no_document(documents: Path):
    """Accounts with their passwords' hashes, the list of folders, the models' cache."""
    own = load_settings(indexes_dir=documents / "work" / "indexes", cache_dir=documents / "models")
    assert set(actions(ingest(documents, settings=own))) == {
        "bridge.md", "notes/garden.txt", "ponte.md",
    }  # fmt: skip
    (own.indexes_dir / "accounts.json").write_text('{"ana": "scrypt:swordfish"}')
    (own.cache_dir / "llm").mkdir(parents=True, exist_ok=True)
    (own.cache_dir / "llm" / "notes.txt").write_text("A model was converted.")
    (documents / "link.json").symlink_to(own.indexes_dir / "accounts.json")
    report = ingest(documents, settings=own)
    assert actions(report).pop("link.json") == "added"
    assert {f.source: f.outcome for f in report.files}["link.json"] == "outside_folder"
    assert {f.source for f in report.files if f.action != "unchanged"} == {"link.json"}
    assert plan_only(documents, settings=own).added == ()
    assert not retrieve("swordfish", 5, settings=own)[0].text.count("swordfish")


def test_what_a_run_read_beside_the_indexes_is_taken_out(documents: Path, tmp_path: Path):
    """The indexes were elsewhere at the run before, so that these files counted as documents."""
    inside = documents / "indexes"
    inside.mkdir()
    (inside / "accounts.json").write_text('{"ana": "scrypt:swordfish"}')
    ingest(documents, settings=load_settings(indexes_dir=tmp_path / "elsewhere"))
    shutil.copytree(tmp_path / "elsewhere" / "default", inside / "default")
    report = ingest(documents, settings=load_settings(indexes_dir=inside))
    assert report.removed == ("indexes/accounts.json",)


def test_uploads_are_read_though_they_lie_beside_the_index(own):
    uploads = own.indexes_dir / "default" / "uploads"
    uploads.mkdir(parents=True)
    (uploads / "otter.txt").write_text("The otter Brambles was born in Seattle in 2019.")
    assert actions(ingest(uploads, settings=own)) == {"otter.txt": "added"}
    with pytest.raises(DocumentsError, match="RAG_INDEXES_DIR"):
        ingest(own.indexes_dir, settings=own)
