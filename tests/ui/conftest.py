from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.tabs import new_tab


@pytest.fixture
def server(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server on the example documents, its log empty; the folder of its indexes."""
    import streamlit as st

    st.cache_resource.clear()
    (tmp_path / "default").symlink_to(settings.indexes_dir / "default")
    monkeypatch.setenv("RAG_INDEXES_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def own_server(own, monkeypatch: pytest.MonkeyPatch):
    """A server on indexes of this test's own; its settings."""
    import streamlit as st

    st.cache_resource.clear()
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    return own


@pytest.fixture
def app(server) -> AppTest:
    """A tab of that server."""
    return new_tab()
