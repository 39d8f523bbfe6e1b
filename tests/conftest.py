"""One index of the example documents for all tests, and settings that no machine changes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLES = PROJECT / "examples" / "documents"

# What the tester's own environment sets must not decide whether tests pass.
for name in [name for name in os.environ if name.startswith("RAG_") and name != "RAG_CACHE_DIR"]:
    del os.environ[name]
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def indexes_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("indexes")


@pytest.fixture(scope="session")
def settings(indexes_dir: Path):
    """Settings whose ``default`` index holds the example documents."""
    from ingest.pipeline import ingest
    from rag_app.settings import load_settings

    made = load_settings(indexes_dir=indexes_dir, cache=False)
    report = ingest(EXAMPLES, settings=made)
    assert {file.outcome for file in report.files} == {"indexed"}
    return made


@pytest.fixture
def own(tmp_path: Path):
    """Settings whose indexes are this test's alone."""
    from rag_app.settings import load_settings

    return load_settings(indexes_dir=tmp_path / "indexes")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A small folder of documents that a test may change."""
    folder = tmp_path / "documents"
    (folder / "notes").mkdir(parents=True)
    (folder / "bridge.md").write_text(
        "# The bridge\n\nThe bridge opened in 1932. It is 503 metres long.\n\n"
        "## Cost\n\nIt cost 4,217,722 pounds and was paid off in 1988.\n"
    )
    (folder / "notes" / "garden.txt").write_text(
        "The garden holds 8,900 species of plants. Its palm house was built in 1911.\n"
    )
    (folder / "ponte.md").write_text(
        "# A ponte\n\nA ponte foi inaugurada em 1974. O vão central mede 300 metros.\n"
    )
    return folder


@pytest.fixture
def environment(own) -> Iterator[dict[str, str]]:
    """What a command needs to work on this test's indexes."""
    return {**os.environ, "RAG_INDEXES_DIR": str(own.indexes_dir), "PYTHONPATH": str(PROJECT)}
