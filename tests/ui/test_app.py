"""The frame: navigation, sidebar, languages, and who may see it."""

import re
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from rag_app.log import ExchangeLog
from rag_app.settings import load_settings
from tests.ui.big_index import build
from tests.ui.tabs import ask, new_tab, texts


def test_the_ui_speaks_portuguese(app: AppTest):
    app.session_state["lang"] = "pt"
    app.run()
    assert not app.exception
    assert "Nada sai desta máquina" in texts(app)
    assert any("Nova conversa" in button.label for button in app.button)


def test_figures_are_written_as_the_language_writes_them(server):
    build(load_settings(indexes_dir=server), files=600, chunks=2, name="reports")
    tab = new_tab(index="reports").run()
    assert "594 files, 1,188 passages" in texts(tab)
    tab.session_state["lang"] = "pt"
    assert "594 arquivos, 1.188 trechos" in texts(tab.run())
    answer = texts(ask(tab, "Quem publicou a LoRA?"))
    assert re.search(r"\b\d+,\d s · ", answer)


def test_without_an_index_it_says_what_to_do(tmp_path, monkeypatch: pytest.MonkeyPatch):
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("RAG_INDEXES_DIR", str(tmp_path))
    app = new_tab().run()
    assert not app.exception
    assert "python -m ingest" in app.info[0].value


@pytest.mark.parametrize("address", [None, "0.0.0.0", "192.168.1.7", "example.org"])
def test_a_server_that_others_can_reach_shows_nothing(app: AppTest, address: str | None):
    from streamlit import config

    before = config.get_option("server.address")
    config.set_option("server.address", address)
    try:
        app.run()
    finally:
        config.set_option("server.address", before)
    assert not app.exception
    assert "sign-in" in app.error[0].value
    assert not app.chat_input
    assert not app.selectbox


def test_an_index_is_in_the_address_and_a_link_opens_it(server):
    build(load_settings(indexes_dir=server), files=3, chunks=2, name="reports")
    tab = new_tab()
    tab.run()
    tab.selectbox(key="index").set_value("reports").run()
    assert tab.query_params["index"] in ("reports", ["reports"])
    link = new_tab(index="reports")
    link.run()
    assert link.selectbox(key="index").value == "reports"
    link.selectbox(key="index").set_value("default").run()
    assert link.selectbox(key="index").value == "default"  # a link is followed once
    nowhere = new_tab(index="gone")
    nowhere.run()
    assert nowhere.selectbox(key="index").value == "default"


@pytest.fixture
def two_indexes(server) -> Path:
    build(load_settings(indexes_dir=server), files=3, chunks=2, name="reports")
    return server


def narrowed() -> AppTest:
    """A tab that asks the default index over one folder alone."""
    tab = new_tab(index="default").run()
    tab.session_state["scope_open"] = True
    tab.run()
    tab.multiselect(key="scope_files").set_value(["pt/*"]).run()
    assert "pt/\\*" in texts(tab)
    return tab


@pytest.mark.parametrize("way", ["conversation", "link", "lost"])
def test_what_narrows_one_index_narrows_no_other(two_indexes: Path, way: str):
    log = ExchangeLog(two_indexes / "log.sqlite")
    other = log.start("reports")
    log.begin("What does report 1 say?", "reports", other)
    tab = narrowed()
    if way == "conversation":
        tab.button(key=f"open-{other}").click().run()
    elif way == "link":
        tab.query_params["index"] = "reports"
        tab.run()
    else:
        (two_indexes / "default").unlink()
        tab.run()
    assert not tab.exception
    assert tab.selectbox(key="index").value == "reports"
    assert tab.multiselect(key="scope_files").value == []
    tab.date_input(key="scope_after").set_value(date(2020, 1, 1)).run()
    assert "pt/" not in texts(tab)
    assert "2020-01-01" in texts(tab)


def test_what_narrows_the_search_is_in_the_address_and_a_reload_keeps_it(two_indexes: Path):
    tab = narrowed()
    tab.multiselect(key="scope_files").set_value(["pt/*", "en/a&b.md"]).run()
    tab.date_input(key="scope_after").set_value(date(1999, 1, 1)).run()
    address = dict(tab.query_params)
    reloaded = new_tab(**address).run()
    assert not reloaded.exception
    assert "pt/\\*, en/a&amp;b.md · files changed since 1999-01-01" in texts(reloaded)
    reloaded.session_state["scope_open"] = True
    reloaded.run()
    assert reloaded.multiselect(key="scope_files").value == ["pt/*", "en/a&b.md"]
    assert reloaded.date_input(key="scope_after").value == date(1999, 1, 1)
    reloaded.button(key="lift-scope").click().run()
    assert not {"file", "since"} & set(reloaded.query_params)
    for name, value in (("since", "soon"), ("since", "0001-01-01"), ("index", "gone")):
        strange = new_tab(**{**address, "file": [], name: value}).run()
        assert not strange.exception
        assert "changed since" not in texts(strange)


def test_a_link_to_a_conversation_alone_asks_its_index(two_indexes: Path):
    log = ExchangeLog(two_indexes / "log.sqlite")
    other = log.start("reports")
    log.begin("What does report 1 say?", "reports", other)
    tab = new_tab(c=other).run()
    assert tab.selectbox(key="index").value == "reports"
    tab.selectbox(key="index").set_value("default").run()
    assert tab.selectbox(key="index").value == "default"
    assert new_tab(c="gone").run().selectbox(key="index").value == "default"


def test_a_folder_that_names_no_index_is_not_offered(two_indexes: Path):
    (two_indexes / "reports").rename(two_indexes / "My papers")
    assert new_tab().run().selectbox(key="index").options == ["default"]
