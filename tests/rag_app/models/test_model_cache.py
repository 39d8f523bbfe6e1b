from pathlib import Path

import numpy as np
import pytest

from rag_app.embedding import _load, load_embedder
from rag_app.errors import CacheNotWritten
from rag_app.models.model_cache import made_once
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


def test_a_model_that_a_power_cut_left_short_is_made_again(tmp_path: Path):
    settings = load_settings(cache_dir=tmp_path)
    before = load_embedder(settings).encode(["LoRA"])
    weights = next((tmp_path / "embedders").rglob("*.bin"))
    beginning = weights.read_bytes()[:1000]
    weights.unlink()  # the loaded model goes on with its own
    weights.write_bytes(beginning)
    _load.cache_clear()
    assert np.allclose(load_embedder(settings).encode(["LoRA"]), before)
    assert [path.name for path in weights.parents[1].iterdir()] == [weights.parent.name]


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CacheNotWritten, match="RAG_CACHE_DIR"):
        load_embedder(load_settings(cache_dir=tmp_path / "file" / "cache"))
