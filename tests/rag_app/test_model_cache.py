from pathlib import Path

import pytest

from rag_app.embedding import load_embedder
from rag_app.errors import CacheNotWritten
from rag_app.model_cache import made_once
from rag_app.settings import load_settings


def test_a_model_is_made_once_and_whole(tmp_path: Path):
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "mark").write_text("done")

    for _ in range(2):
        assert (made_once(tmp_path / "a" / "model", "mark", make) / "mark").read_text() == "done"
    assert len(made) == 1


def test_one_that_could_not_be_made_leaves_nothing(tmp_path: Path):
    def torn(folder: Path) -> None:
        (folder / "half").write_text("no mark")

    with pytest.raises(CacheNotWritten, match="RAG_CACHE_DIR"):
        made_once(tmp_path / "a" / "model", "mark", torn)
    assert list((tmp_path / "a").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CacheNotWritten, match="RAG_CACHE_DIR"):
        load_embedder(load_settings(cache_dir=tmp_path / "file" / "cache"))
