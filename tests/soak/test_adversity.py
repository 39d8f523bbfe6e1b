"""Fifty fill levels of a small disk; a hundred commits under eight readers."""

import subprocess
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.settings import load_settings
from rag_app.store.verification import verify
from tests.ingest.test_adversity import serve_while_writing
from tests.ingest.test_pipeline import command

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]


@pytest.fixture
def disk(tmp_path: Path):
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a tmpfs can be mounted by root alone")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_fifty_fill_levels_of_a_small_disk(disk: Path, environment, documents: Path):
    settings = load_settings(indexes_dir=disk / "indexes")
    environment = {**environment, "RAG_INDEXES_DIR": str(settings.indexes_dir)}
    ingest(documents, settings=settings)
    index = settings.indexes_dir / "default"
    refused = 0
    for level in range(50):
        (documents / "changing.txt").write_text(f"The tower number {level} is high. " * 200)
        blocks = int(subprocess.check_output(["stat", "-f", "-c", "%a", disk]))
        left = level * blocks // 50
        (disk / "filler").write_bytes(bytes(4096 * (blocks - left)))
        run = command(environment, documents)
        assert run.returncode in (0, 2)
        if run.returncode == 2:
            refused += 1
            assert "Free space on its disk" in run.stderr
            assert "Traceback" not in run.stderr
        assert verify(index).whole
        assert retrieve("bridge", 1, settings=settings)[0].source == "bridge.md"
        (disk / "filler").unlink()
    assert 5 < refused < 50
    ingest(documents, settings=settings)
    assert retrieve("tower number 49", 1, settings=settings)[0].source == "changing.txt"


def test_a_hundred_commits_under_eight_readers(own, documents: Path):
    serve_while_writing(own, documents, commits=100, readers=8)
