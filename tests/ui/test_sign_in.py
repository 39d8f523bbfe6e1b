"""Sign-in as the script sees it."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT
from ui.sign_in import is_allowed


@pytest.fixture
def app(own, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    return AppTest.from_file(str(PROJECT / "ui" / "app.py"), default_timeout=60)


def test_a_server_without_the_gate_shows_nothing_where_accounts_are_asked_for(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RAG_SIGN_IN", "local")
    app.run()
    assert not app.exception
    assert "ui/server.py" in app.warning[0].value
    assert not app.chat_input


def test_where_a_provider_is_asked_nothing_is_shown_before(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RAG_SIGN_IN", "oidc")
    app.run()
    assert not app.exception
    assert not app.chat_input
    # Without the extra it says what to install.
    assert app.error[0].value.count("oidc") if app.error else app.button(key="sign_in")


@pytest.mark.parametrize(
    ("address", "verified", "allowed", "expected"),
    [
        ("ana@example.org", False, [], True),
        ("Ana@Example.org", True, ["ana@example.org"], True),
        ("ana@example.org", False, ["ana@example.org"], False),
        ("eva@example.org", True, ["ana@example.org"], False),
        ("eva@example.org", True, ["@example.org"], True),
        ("eva@sub.example.org", True, ["@example.org"], False),
        ("eva@evil.org", True, ["@example.org"], False),
        ("", True, ["@example.org"], False),
        ("@example.org", True, ["ana@example.org"], False),
    ],
)
def test_whom_a_provider_knows_is_let_in_by_address(address, verified, allowed, expected):
    assert is_allowed(address, verified, allowed) is expected
