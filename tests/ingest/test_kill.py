"""kill -9 between any two steps: what was committed stays, and the next run completes the rest.

``make soak`` kills more often, and at random moments too.
"""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app import retrieve
from rag_app.errors import IndexNotFound
from rag_app.settings import load_settings
from rag_app.store import vector_file
from rag_app.store.database import Database
from rag_app.store.schema import VECTORS_FILE
from rag_app.store.verification import verify
from tests.conftest import PROJECT
from tests.ingest.killing import ONCE, POINTS

Contents = dict[str, set[tuple[str, bytes]]]  # by source: its chunks' ids and vectors


def contents(folder: Path) -> Contents:
    database = Database(folder)
    found: Contents = {record.source: set() for record in database.documents()}
    rows = database._all(
        "SELECT source, key, vector FROM chunks JOIN documents ON documents.id = document_id"
    )
    for source, key, vector in rows:
        found[source].add((key, vector))
    database.close()
    return found


class Scene:
    """A folder as it was and as it is now, and the index that each makes undisturbed."""

    def __init__(self, folder: Path, settings) -> None:
        self.folder, self.settings = folder, settings
        folder.mkdir()
        for number in range(8):
            text = f"In year {1900 + number} the town grew by {number}. " * 12
            (folder / f"{number:02}.md").write_text(f"# Report {number}\n\n{text}")
        ingest(folder, settings=settings, index="old")
        self.old = contents(settings.indexes_dir / "old")
        (folder / "00.md").write_text("# Report 0\n\nIt was written anew.")
        (folder / "01.md").unlink()
        (folder / "02.md").rename(folder / "22.md")
        (folder / "09.md").write_text("# Report 9\n\nThe zeppelin landed in 1930.")
        ingest(folder, settings=settings, index="new")
        self.new = contents(settings.indexes_dir / "new")
        self.manifest = verify(settings.indexes_dir / "new").manifest

    def begin(self, *, from_old: bool) -> Path:
        """The index to be killed: a copy of the old one, or none yet."""
        index = self.settings.indexes_dir / "killed"
        shutil.rmtree(index, ignore_errors=True)
        if from_old:
            shutil.copytree(index.parent / "old", index)
        return index

    def check_killed(self, index: Path, *, from_old: bool) -> None:
        """Every file is there as before or as after, whole, and the index answers."""
        try:
            found = contents(index)
        except IndexNotFound:
            assert not from_old, "the index is gone"
            return
        verdict = verify(index)
        assert verdict.whole and not verdict.unknown, verdict
        before = self.old if from_old else {}
        for source in before.keys() | self.new.keys() | found.keys():
            states = [before.get(source), self.new.get(source)]
            assert found.get(source) in states, f"{source} is neither as before nor as after"
        if found:
            sources = {p.source for p in self._ask("the town grew")}
            assert sources <= found.keys()

    def check_completed(self, index: Path) -> None:
        """The next run ends in the index that an undisturbed one builds."""
        ingest(self.folder, settings=self.settings, index="killed")
        verdict = verify(index)
        assert contents(index) == self.new
        assert (verdict.whole, verdict.vectors_whole) == (True, True)
        assert verdict.manifest == self.manifest
        database = Database(index)
        path, digest = index / VECTORS_FILE, database.meta("vectors_sha256")
        kept = vector_file.read(path, digest, mapped=False)
        assert kept is not None and kept.ntotal == database.chunk_count()
        database.close()
        assert self._ask("zeppelin")[0].source == "09.md"

    def _ask(self, question: str):
        return retrieve(question, 20, index="killed", settings=self.settings)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    return Scene(folder / "documents", load_settings(indexes_dir=folder / "indexes"))


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    places = {"RAG_INDEXES_DIR": str(scene.settings.indexes_dir), "PYTHONPATH": str(PROJECT)}
    return {**os.environ, **places}


def run_deadly(scene: Scene, environment, point: str, passes: int, *rest: str) -> bool:
    """Whether it died."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.ingest.killing", point, str(passes), str(scene.folder),
         "killed", *rest],
        env=environment, cwd=PROJECT, capture_output=True,
    )  # fmt: skip
    assert run.returncode in (0, -9), run.stderr
    return run.returncode == -9


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_point(scene: Scene, environment, point: str):
    from_old = len(point) % 2 == 0
    from_old |= "removed" in point
    index = scene.begin(from_old=from_old)
    assert run_deadly(scene, environment, point, 1 if point in ONCE else 2)
    scene.check_killed(index, from_old=from_old)
    scene.check_completed(index)


def test_without_transactions_the_kill_is_seen(scene: Scene, environment):
    """The control: the check above fails where the guard is taken out."""
    index = scene.begin(from_old=False)
    assert run_deadly(scene, environment, "a row is written", 3, "unguarded")
    with pytest.raises(AssertionError):
        scene.check_killed(index, from_old=False)


def check_random_kills(scene: Scene, environment, kills: int, generator: random.Random) -> None:
    """Kill runs at random moments until ``kills`` have hit one that was going."""
    command = [sys.executable, "-m", "ingest", str(scene.folder), "--index", "killed"]
    began = time.perf_counter()
    scene.begin(from_old=True)
    subprocess.run(command, env=environment, cwd=PROJECT, check=True, capture_output=True)
    length = time.perf_counter() - began
    hits = 0
    while hits < kills:
        from_old = bool(hits % 2)
        index = scene.begin(from_old=from_old)
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(generator.uniform(0.3, 1.05) * length)
        process.kill()
        hits += process.wait() < 0
        scene.check_killed(index, from_old=from_old)
        if index.exists():
            scene.check_completed(index)


def test_killed_at_random_moments(scene: Scene, environment):
    check_random_kills(scene, environment, 3, random.Random(1))
