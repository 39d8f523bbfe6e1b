"""kill -9 at random moments: what was committed stays, and the next run completes the rest."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rag_app.errors import StoreError
from rag_app.store.database import Database
from tests.conftest import PROJECT
from tests.ingest.test_pipeline import command, contents

KILLS = 50


def test_killed_ingests_end_in_the_same_index(environment, own, tmp_path: Path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.md").write_text(
            f"# Report {number}\n\n" + f"In year {1900 + number} the town grew by {number}. " * 30
        )
    began = time.perf_counter()
    assert command(environment, folder, "--index", "whole").returncode == 0
    length = time.perf_counter() - began
    expected = contents(own.indexes_dir / "whole")

    generator = random.Random(1)
    killed, seen = 0, 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest", str(folder), "--index", "killed"],
            env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(generator.uniform(0.3, 1.0) * length)
        process.kill()
        killed += process.wait() < 0
        try:
            database = Database(own.indexes_dir / "killed")
        except StoreError:
            continue  # killed before the first commit
        count = database.chunk_count()
        assert count >= seen, "something that was committed is gone"
        seen = count
        if count == len(expected):  # done; the rest of the kills begin anew
            database.close()
            shutil.rmtree(own.indexes_dir / "killed")
            seen = 0
    assert killed > KILLS / 2
    assert command(environment, folder, "--index", "killed").returncode == 0
    assert contents(own.indexes_dir / "killed") == expected
