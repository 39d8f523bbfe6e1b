"""Over a thousand mutants and the largest of the crafted files."""

import random
from pathlib import Path

import pytest

from tests.ingest.hostile import SECRET, crafted, mutants, seeds
from tests.ingest.test_hostile import outcomes_of

pytestmark = pytest.mark.soak


def test_mutants_of_every_format(own, tmp_path: Path):
    sound = seeds(tmp_path / "seeds")
    outcomes = outcomes_of(mutants(sound, 15, random.Random(8)), tmp_path / "in", own)
    assert outcomes.total() == 1050
    assert outcomes["timed_out"] == 0


@pytest.mark.timeout(1800)
def test_the_largest_of_the_crafted_files(own, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    sound = seeds(tmp_path / "seeds")
    # 210 MB in one field of a CSV, 1.7 GB in a Word file's document
    outcomes = outcomes_of(crafted(sound, secret, megabytes=210), tmp_path / "in", own)
    assert outcomes.total() > 45
