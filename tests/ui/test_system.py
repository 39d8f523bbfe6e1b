from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingest.pipeline import ingest
from rag_app import ask
from rag_app.settings import Settings


def script() -> None:
    from ui.views.system import system

    system()


@pytest.fixture
def app(own_server: Settings) -> AppTest:
    return AppTest.from_function(script, default_timeout=60)


def texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*app.caption, *app.info])


def test_before_anything_is_there(app: AppTest):
    app.run()
    assert not app.exception
    assert "There is no index yet" in texts(app)
    assert "No question has been answered yet" in texts(app)
    assert app.metric[0].value.endswith("%")


def test_models_index_and_answers_are_shown_and_the_models_memory_is_freed(
    app: AppTest, own: Settings, documents: Path
):
    from rag_app.llm import load_llm

    ingest(documents, settings=own)
    for _ in range(2):
        ask("How long is the bridge?", settings=own)
    model = load_llm(own.llm, own)
    model.describe()
    app.run()
    assert not app.exception
    models, index = (table.value for table in app.dataframe)
    assert list(models["Part"]) == ["Embedder", "Language model"]
    assert all(len(digest) == 64 for digest in models["SHA-256"])
    assert index["Files"].iloc[0] == 3
    assert "The last 2 answers: 1 from the cache (50%)" in texts(app)
    app.button(key="free_memory").click().run()
    assert not app.exception
    assert model.process_id == 0
    assert "the next question loads it" in texts(app)
