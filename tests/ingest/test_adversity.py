"""Full disks, folders that may not be written, files that may not be read, a second writer, Ctrl-C.

The old index goes on answering, and the message says what to do.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.errors import IndexBusy
from rag_app.store.lock import writer_lock
from rag_app.store.verification import verify
from tests.conftest import PROJECT

# What binds others binds root only without these two capabilities.
ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
needs_setpriv = pytest.mark.skipif(
    bool(ORDINARY) and shutil.which("setpriv") is None, reason="root needs setpriv to be bound"
)


def ordinary(environment, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A command as run by one who is not root."""
    return subprocess.run(
        [*ORDINARY, sys.executable, "-m", *map(str, arguments)],
        env=environment, cwd=PROJECT, capture_output=True, text=True,
    )  # fmt: skip


def check_unharmed(own, manifest: str) -> None:
    assert verify(own.indexes_dir / "default").manifest == manifest
    assert retrieve("bridge", 1, settings=own)[0].source == "bridge.md"


@pytest.mark.parametrize("most", [0, 70_000])
def test_where_nothing_more_can_be_written(own, environment, documents: Path, most: int):
    """A limit on the size of files stands for a full disk; ``make soak`` fills a real one."""
    ingest(documents, settings=own)
    manifest = verify(own.indexes_dir / "default").manifest
    for number in range(20):
        (documents / f"more{number}.md").write_text(f"The tower number {number} is high. " * 60)
    run = subprocess.run(
        [sys.executable, "-m", "ingest", str(documents)],
        env=environment, cwd=PROJECT, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )  # fmt: skip
    assert run.returncode == 2
    assert "Free space on its disk" in run.stderr
    assert "Traceback" not in run.stderr
    if most == 0:
        check_unharmed(own, manifest)
    assert verify(own.indexes_dir / "default").whole
    ingest(documents, settings=own)
    assert len(retrieve("tower", 20, settings=own)) == 20


@needs_setpriv
def test_a_folder_that_may_not_be_written_still_answers(own, environment, documents: Path):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    (documents / "new.txt").write_text("Something new.")
    index.chmod(0o500)
    try:
        run = ordinary(environment, "ingest", documents)
        assert run.returncode == 2
        assert "the right to read and write there" in run.stderr
        asked = ordinary({**environment, "RAG_ANSWERER": "extractive"},
                         "rag_app", "How long is the bridge?")  # fmt: skip
        assert "503 metres" in asked.stdout
        index.chmod(0)
        closed = ordinary(environment, "rag_app", "How long is the bridge?")
        assert closed.returncode == 2
        assert "Traceback" not in closed.stderr
    finally:
        index.chmod(0o700)


@needs_setpriv
def test_what_may_not_be_read_now_is_not_taken_out(own, environment, documents: Path):
    ingest(documents, settings=own)
    manifest = verify(own.indexes_dir / "default").manifest
    (documents / "bridge.md").chmod(0)
    (documents / "notes").chmod(0)
    try:
        run = ordinary(environment, "ingest", documents, "--json")
    finally:
        (documents / "notes").chmod(0o700)
    files = {file["source"]: file for file in json.loads(run.stdout)["files"]}
    assert (files["bridge.md"]["outcome"], files["bridge.md"]["action"]) == ("unreadable", "kept")
    assert files["notes"]["outcome"] == "unreadable"
    assert {p.source for p in retrieve("garden bridge", 9, settings=own)} == {
        "bridge.md", "notes/garden.txt", "ponte.md"
    }  # fmt: skip
    documents.chmod(0)
    closed = ordinary(environment, "ingest", documents)
    documents.chmod(0o700)
    assert (closed.returncode, "cannot be listed" in closed.stderr) == (2, True)
    (documents / "bridge.md").chmod(0o600)
    ingest(documents, settings=own)
    check_unharmed(own, manifest)


def test_an_index_is_for_its_users_eyes_alone(own, documents: Path):
    ingest(documents, settings=own)
    index = own.indexes_dir / "default"
    assert index.stat().st_mode & 0o777 == 0o700
    index.chmod(0o755)
    ingest(documents, settings=own)
    assert index.stat().st_mode & 0o777 == 0o700


def test_a_second_writer_is_told_who_writes_and_since_when(own, documents: Path):
    ingest(documents, settings=own)
    year = time.strftime("%Y")
    with (
        writer_lock(own.indexes_dir / "default"),
        pytest.raises(IndexBusy, match=rf"process {os.getpid()} since .*{year}"),
    ):
        ingest(documents, settings=own)


def test_the_first_interrupt_ends_the_run_after_the_file_in_hand(own, environment, documents: Path):
    for number in range(200):
        (documents / f"{number}.md").write_text(f"# {number}\n\nTower {number} is high. " * 40)
    with subprocess.Popen(
        [sys.executable, "-m", "ingest", str(documents), "--json-progress"],
        env=environment, cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stderr is not None
        while json.loads(run.stdout.readline())["files_done"] < 5:
            pass
        run.send_signal(signal.SIGINT)
        report = json.loads(run.stdout.read().splitlines()[-1])
        said = run.stderr.read()
    assert run.returncode == 130
    assert "Stopping after the file in hand" in said
    assert report["left"] > 0
    assert len(report["files"]) + report["left"] == 203
    verdict = verify(own.indexes_dir / "default")
    assert (verdict.whole, verdict.vectors_whole) == (True, True)
    assert verdict.documents == len(report["files"])


def serve_while_writing(own, documents: Path, commits: int, readers: int) -> None:
    """Readers search without a pause while files come, change and go."""
    ingest(documents, settings=own)
    errors: list[BaseException] = []
    gone: dict[str, float] = {}
    over = threading.Event()

    def read() -> None:
        try:
            while not over.is_set():
                began = time.monotonic()
                for passage in retrieve("the town and the bridge", 20, settings=own):
                    assert gone.get(passage.source, began) >= began, f"{passage.source} was deleted"
                    text = passage.text
                    if passage.source.startswith("town"):
                        numbers = {word for word in text.split() if word.isdigit()}
                        assert len(numbers) == 1, f"two states in one passage: {text}"
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    try:
        for commit in range(commits):
            name = f"town{commit % 5}.txt"
            if commit % 7 == 6 and (documents / name).exists():
                (documents / name).unlink()
                ingest(documents, settings=own)
                gone[name] = time.monotonic()
            else:
                gone.pop(name, None)
                (documents / name).write_text(f"The town grew by {commit} people. " * 8)
                ingest(documents, settings=own)
            assert not errors, errors
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not errors, errors


def test_readers_go_on_while_a_writer_commits(own, documents: Path):
    serve_while_writing(own, documents, commits=10, readers=4)
