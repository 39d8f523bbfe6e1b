import json
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import watching
from ingest.__main__ import main
from ingest.pipeline import ingest
from ingest.watching import Event, look_at, watch
from rag_app import retrieve
from rag_app.settings import load_settings
from rag_app.store.places import own_places


@pytest.fixture
def events(own, documents: Path) -> Iterator[list[Event]]:
    """What a watcher of ``documents`` says, as it says it."""
    said: list[Event] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=watch, args=(documents,),
        kwargs={"settings": own, "on_event": said.append, "stop": stop, "pause_s": 0.1},
    )  # fmt: skip
    thread.start()
    yield said
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def wait_for(events: list[Event], what: str, about: str) -> Event:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for event in events:
            if event.what == what and about in event.about:
                return event
        time.sleep(0.05)
    raise AssertionError(f"no {what} {about} in {events}")


def test_the_index_follows_the_folder(events, own, documents: Path):
    wait_for(events, "added", "bridge.md")
    (documents / "otter.txt").write_text("The otter Brambles was born in Seattle in 2019.")
    (documents / "photo.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 50)
    (documents / "ponte.md").unlink()
    wait_for(events, "removed", "ponte.md")
    wait_for(events, "added", "otter.txt")
    assert "unsupported" in wait_for(events, "rejected", "photo.jpg").detail
    assert any(p.source == "otter.txt" for p in retrieve("otter Brambles", 5, settings=own))


def test_a_file_that_still_grows_is_not_read(events, documents: Path):
    wait_for(events, "added", "bridge.md")
    growing = documents / "growing.txt"
    for part in range(15):
        with growing.open("a") as file:
            file.write(f"Sentence number {part} of a long copy.\n")
        time.sleep(0.05)
    wait_for(events, "added", "growing.txt")
    time.sleep(0.5)
    assert [e.what for e in events if e.about == "growing.txt"] == ["added"]


def test_what_is_refused_at_each_run_is_told_once(own, events, documents: Path, tmp_path: Path):
    wait_for(events, "added", "bridge.md")
    other = tmp_path / "other"
    other.mkdir()
    (other / "otter.txt").write_text("The otter of another folder.")
    ingest(other, settings=own)
    (documents / "otter.txt").write_text("The otter of this one.")
    assert "name_taken" in wait_for(events, "rejected", "otter.txt").detail
    (documents / "beaver.txt").write_text("A beaver builds dams.")
    wait_for(events, "added", "beaver.txt")
    assert [e.what for e in events if e.about == "otter.txt"] == ["rejected"]


def test_an_empty_folder_is_waited_for(events, documents: Path):
    wait_for(events, "added", "bridge.md")
    for path in [p for p in documents.rglob("*") if p.is_file()]:
        path.unlink()
    wait_for(events, "waiting", "holds no files")
    (documents / "back.txt").write_text("Something is here again.")
    wait_for(events, "added", "back.txt")


def test_the_index_that_a_run_writes_is_no_change_of_the_folder(documents: Path):
    own = load_settings(indexes_dir=documents / "indexes")
    apart = own_places(own, documents.resolve())
    before = look_at(documents, apart)
    ingest(documents, settings=own)
    assert look_at(documents, apart) == before != look_at(documents)


def test_a_watcher_keeps_what_is_missing_where_it_is_told_to(
    own, documents: Path, monkeypatch, capsys
):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    (documents / "ponte.md").unlink()
    runs = []

    def once(*arguments, **options):
        runs.append(ingest(*arguments, **options))
        signal.raise_signal(signal.SIGINT)
        return runs[-1]

    monkeypatch.setattr(watching, "ingest", once)
    assert main([str(documents), "--watch", "--keep-missing", "--json"]) == 0
    assert len(runs) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(event["what"], event["about"]) for event in told] == [("watching", str(documents))]
    assert "ponte.md" in {p.source for p in retrieve("ponte", 5, settings=own)}
