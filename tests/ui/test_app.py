"""The chat without a browser: Streamlit runs the script, the models are the real ones."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT


@pytest.fixture
def app(settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("RAG_INDEXES_DIR", str(settings.indexes_dir))
    return AppTest.from_file(str(PROJECT / "ui" / "app.py"), default_timeout=60)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.title])


def test_the_first_screen_offers_questions_that_the_documents_answer(app: AppTest):
    app.run()
    assert not app.exception
    offered = [button for button in app.button if (button.key or "").startswith("example-")]
    assert len(offered) == 4
    offered[0].click().run()
    assert not app.exception
    assert len(app.chat_message) == 2
    assert "[1]" in texts(app).replace("\\", "")
    assert app.expander  # the sources


def test_a_question_is_answered_with_its_evidence(app: AppTest):
    app.run()
    app.chat_input[0].set_value("How many parameters does GPT-3 have?").run()
    assert not app.exception
    answer = app.chat_message[1]
    assert "175" in "".join(element.value for element in answer.markdown)
    labels = [expander.label for expander in answer.expander]
    assert any("history" in label for label in labels)


def test_what_the_documents_do_not_say_looks_like_an_answer(app: AppTest):
    app.run()
    app.chat_input[0].set_value("Who won the football final in Lisbon?").run()
    assert not app.exception
    assert "The documents do not say" in texts(app)
    assert not app.error


def test_hostile_text_in_a_question_stays_text(app: AppTest):
    app.run()
    app.chat_input[0].set_value("<img src=x onerror=alert(1)> **GPT-3** [a](http://b.c)?").run()
    assert not app.exception
    shown = app.chat_message[0].markdown[0].value
    assert "\\<img" in shown
    assert "\\*\\*GPT" in shown


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
    app = AppTest.from_file(str(PROJECT / "ui" / "app.py"), default_timeout=60).run()
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
