"""The documents page in each of its states, on a real index."""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.settings import Settings
from tests.ui.big_index import build


def script() -> None:
    from ui.views.documents import documents

    documents()


@pytest.fixture
def app(own_server: Settings) -> AppTest:
    return AppTest.from_function(script, default_timeout=60)


def texts(app: AppTest) -> str:
    return "\n".join(
        str(element.value)
        for element in [*app.markdown, *app.caption, *app.subheader, *app.info, *app.warning]
    )


def wait_until_done(app: AppTest) -> None:
    from ui import ingesting

    deadline = time.monotonic() + 120
    while ingesting.is_running("default"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app.run()


def sources(settings: Settings, question: str) -> set[str]:
    return {passage.source for passage in retrieve(question, 20, settings=settings)}


def test_without_an_index_documents_can_be_added(app: AppTest):
    app.run()
    assert not app.exception
    assert "python -m ingest" in app.info[0].value
    assert app.expander[0].proto.expanded


def test_an_index_without_files_says_so(app: AppTest, own: Settings):
    build(own, files=0, chunks=1)
    app.run()
    assert not app.exception
    assert not app.dataframe
    assert "no documents yet" in texts(app)


def test_a_failed_file_shows_its_reason(app: AppTest, own: Settings, documents: Path):
    (documents / "photo.jpg").write_bytes(b"\xff\xd8\xff" + b"0" * 50)
    ingest(documents, settings=own)
    app.run()
    assert not app.exception
    assert "4 files: 3 indexed, 1 not" in texts(app)
    app.text_input(key="find").set_value("photo").run()
    row = app.dataframe[0].value.iloc[0]
    assert row["Outcome"] == "format not read"
    assert row["Reason"]
    assert "There is no text of this file" in texts(app)
    app.session_state["lang"] = "pt"
    app.text_input(key="find").set_value("lidos .jpg").run()
    assert "arquivos .jpg não são lidos" in texts(app).replace("\\", "")


def test_the_text_and_the_passages_of_a_document_are_shown(
    app: AppTest, own: Settings, documents: Path
):
    (documents / "bridge.md").write_text("# The <b>bridge</b>\n\nIt is 503 metres long.")
    ingest(documents, settings=own)
    app.run()
    app.text_input(key="find").set_value("bridge").run()
    assert not app.exception
    drawn = [element.proto.body for element in app.main if element.type == "html"]
    drawn += [element.proto.body for element in app.get("html")]
    assert any("503 metres" in body for body in drawn)
    assert any("<mark" in body for body in drawn)
    assert not any("<b>" in body for body in drawn)


def test_where_a_filter_is_set_the_text_is_veiled(
    app: AppTest, own: Settings, documents: Path, monkeypatch: pytest.MonkeyPatch
):
    (documents / "bridge.md").write_text("Write to ana.souza@example.org about the bridge.")
    ingest(documents, settings=own)
    monkeypatch.setenv("RAG_CONTENT_FILTER", "mask")
    app.run()
    app.text_input(key="find").set_value("bridge").run()
    assert not app.exception
    drawn = " ".join(element.proto.body for element in app.get("html"))
    assert "about the bridge" in drawn
    assert "souza" not in drawn


def test_a_deleted_document_is_gone_and_can_be_brought_back(
    app: AppTest, own: Settings, documents: Path
):
    ingest(documents, settings=own)
    app.run()
    app.text_input(key="find").set_value("bridge").run()
    app.button(key="delete").click().run()
    assert "stay on the disk" in texts(app)
    assert "bridge.md" in sources(own, "the bridge")  # not before it is confirmed
    app.button(key="delete_confirm").click().run()
    assert not app.exception
    assert "bridge.md" not in sources(own, "the bridge")
    app.text_input(key="find").set_value("").run()
    assert len(app.dataframe[0].value) == 2
    app.multiselect(key="taken_out").select(f"{documents}/bridge.md").run()
    app.button(key="bring_back").click().run()
    wait_until_done(app)
    assert not app.exception
    assert "bridge.md" in sources(own, "the bridge")


def test_an_upload_takes_no_name_from_a_folder(app: AppTest, own: Settings, documents: Path):
    ingest(documents, settings=own)
    app.run()
    app.file_uploader[0].set_value([("bridge.md", b"Our bridge opened in 1888.", "text/markdown")])
    next(button for button in app.button if button.label == "Add to the index").click().run()
    wait_until_done(app)
    assert not app.exception
    assert {"bridge.md", "bridge (2).md"} <= sources(own, "the bridge opened")


def test_a_file_that_cannot_be_kept_keeps_no_other_from_being_added(app: AppTest, own: Settings):
    app.run()
    app.file_uploader[0].set_value(
        [
            ("otter.txt", b"The otter Brambles was born in Seattle in 2019.", "text/plain"),
            (f"{'n' * 252}.txt", b"A name of 256 bytes.", "text/plain"),
            ("heron.txt", b"The heron Clara lives at the lake since 2015.", "text/plain"),
        ]
    )
    next(button for button in app.button if button.label == "Add to the index").click().run()
    wait_until_done(app)
    assert not app.exception
    assert "name too long" in app.error[0].value
    assert {"otter.txt", "heron.txt"} <= sources(own, "the otter and the heron")


def test_an_upload_waits_for_the_run_that_is_going_on(app: AppTest, own: Settings, documents: Path):
    from rag_app.store.places import index_folder
    from ui.ingesting import Work, start

    app.run()
    job = start("default", [Work(documents)], own)  # of another tab
    app.file_uploader[0].set_value(
        [("otter.txt", b"The otter Brambles was born in Seattle in 2019.", "text/plain")]
    )
    next(button for button in app.button if button.label == "Add to the index").click().run()
    assert "Another run is going on" in texts(app)
    assert (index_folder(own, "default") / "uploads" / "otter.txt").exists()
    wait_until_done(app)
    assert {"otter.txt", "bridge.md"} <= sources(own, "the otter and the bridge")
    assert not job.add([])


def test_a_run_that_is_stopped_leaves_what_comes_after_it(own: Settings, documents: Path):
    from ui.ingesting import IngestJob, Work

    job = IngestJob("default", [Work(documents), Work(documents / "notes")], own)
    job.stop()
    assert job.add([Work(documents)])
    deadline = time.monotonic() + 120
    while job.state.running:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "bridge.md" in sources(own, "the bridge")


def test_a_run_that_has_not_counted_its_files_says_that_it_starts(
    app: AppTest, own: Settings, documents: Path, monkeypatch: pytest.MonkeyPatch
):
    from ui import ingesting

    go = threading.Event()

    class Slow(ingesting.IngestJob):
        def _run(self) -> None:
            go.wait(60)
            super()._run()

    monkeypatch.setattr(ingesting, "IngestJob", Slow)
    ingesting.start("default", [ingesting.Work(documents)], own)
    app.run()
    (bar,) = app.get("progress")
    go.set()
    wait_until_done(app)
    assert bar.proto.text == "Getting ready to read…"


def test_each_folder_that_fails_is_told_by_itself_and_in_the_language_of_the_page(
    app: AppTest, own: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from ui import ingesting
    from ui.ingesting import Work

    monkeypatch.setenv("RAG_PASSAGE", "3")  # a slip of the pen, of which the run warns first
    (tmp_path / "empty").mkdir()
    ingesting.start("default", [Work(tmp_path / "gone"), Work(tmp_path / "empty")], own)
    monkeypatch.setattr("ui.language.current_language", lambda: "pt")
    monkeypatch.setattr("ui.wording.current_language", lambda: "pt")
    app.run()
    wait_until_done(app)
    one, two = (error.value.replace("\\", "") for error in app.error)
    assert "os documentos: " + str(tmp_path / "gone") + " não existe. Indique a pasta" in one
    assert "os documentos: " + str(tmp_path / "empty") + " não tem arquivos; nada foi" in two


def test_a_file_s_time_is_told_in_the_browser_s_time_zone(
    app: AppTest, own: Settings, documents: Path, monkeypatch: pytest.MonkeyPatch
):
    import streamlit as st

    changed = datetime(2026, 1, 31, 23, 30, tzinfo=UTC).timestamp()
    os.utime(documents / "bridge.md", (changed, changed))
    ingest(documents, settings=own)
    monkeypatch.setattr(type(st.context), "timezone", property(lambda _: "Asia/Tokyo"))
    app.run()
    assert str(app.dataframe[0].value["Changed"][0]) == "2026-02-01 08:30:00"


def test_a_button_brings_the_index_up_to_date(app: AppTest, own: Settings, documents: Path):
    ingest(documents, settings=own)
    (documents / "otter.txt").write_text("The otter Brambles was born in Seattle in 2019.")
    app.run()
    app.button(key="up_to_date").click().run()
    wait_until_done(app)
    assert not app.exception
    assert "1 added, 0 not indexed" in app.success[0].value
    assert len(app.dataframe[0].value) == 4


def test_a_folder_that_is_gone_is_named_and_keeps_no_other_from_being_read(
    app: AppTest, own: Settings, documents: Path, tmp_path: Path
):
    gone = tmp_path / "gone"
    gone.mkdir()
    (gone / "heron.txt").write_text("The heron Clara lives at the lake since 2015.")
    ingest(gone, settings=own)
    ingest(documents, settings=own)
    (gone / "heron.txt").unlink()
    gone.rmdir()
    (documents / "otter.txt").write_text("The otter Brambles was born in Seattle in 2019.")
    app.run()
    app.button(key="up_to_date").click().run()
    wait_until_done(app)
    assert "does not exist" in app.error[0].value
    assert "otter.txt" in sources(own, "otter Brambles")


def test_a_file_is_read_again(app: AppTest, own: Settings, documents: Path):
    ingest(documents, settings=own)
    app.run()
    app.text_input(key="find").set_value("ponte").run()
    app.button(key="read_again").click().run()
    wait_until_done(app)
    assert "1 added, 0 not indexed" in app.success[0].value


def test_thousands_of_files_are_found_narrowed_and_paged(app: AppTest, own: Settings):
    build(own, files=2500, chunks=2)
    app.run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 100  # no more is sent to the browser
    assert "1 to 100 of 2,500" in texts(app)
    app.multiselect(key="outcomes").select("corrupt").run()
    assert "1 to 25 of 25" in texts(app)
    app.multiselect(key="outcomes").set_value([]).run()
    app.text_input(key="find").set_value("report-0012").run()
    found = app.dataframe[0].value
    assert len(found) == 10
    assert all("report-0012" in source for source in found["File"])
    app.text_input(key="find").set_value("").run()
    app.selectbox(key="order").set_value("largest").run()
    assert app.dataframe[0].value["File"].iloc[0].endswith("report-02499.md")
    assert not app.exception


def test_in_portuguese(app: AppTest, own: Settings, documents: Path):
    ingest(documents, settings=own)
    app.session_state["lang"] = "pt"
    app.run()
    assert not app.exception
    assert "3 arquivos: 3 indexados" in texts(app)
    assert "Atualizar" in [button.label for button in app.button]
