"""Twenty kills at each point and a thousand at random moments: no failure in 1,000 excludes a
rate above 0.3% at 95%."""

import os
import random

import pytest

from rag_app.settings import load_settings
from tests.conftest import PROJECT
from tests.ingest.killing import ONCE, POINTS
from tests.ingest.test_kill import Scene, check_random_kills, run_deadly

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    return Scene(folder / "documents", load_settings(indexes_dir=folder / "indexes"))


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    places = {"RAG_INDEXES_DIR": str(scene.settings.indexes_dir), "PYTHONPATH": str(PROJECT)}
    return {**os.environ, **places}


@pytest.mark.parametrize("point", POINTS)
def test_twenty_kills_at_each_point(scene: Scene, environment, point: str):
    died = 0
    for number in range(20):
        from_old = bool(number % 2) or "removed" in point
        index = scene.begin(from_old=from_old)
        passes = 1 if point in ONCE else 1 + number // 4
        died += run_deadly(scene, environment, point, passes)
        scene.check_killed(index, from_old=from_old)
        scene.check_completed(index)
    assert died >= 10


def test_a_thousand_kills_at_random_moments(scene: Scene, environment):
    check_random_kills(scene, environment, 1000, random.Random(2))
