"""The frame: navigation, sidebar, languages, and who may see it."""

import pytest
from streamlit.testing.v1 import AppTest

from rag_app.settings import load_settings
from tests.ui.big_index import build
from tests.ui.tabs import new_tab, texts


def test_the_ui_speaks_portuguese(app: AppTest):
    app.session_state["lang"] = "pt"
    app.run()
    assert not app.exception
    assert "Nada sai desta máquina" in texts(app)
    assert any("Nova conversa" in button.label for button in app.button)


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
