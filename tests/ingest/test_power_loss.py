"""The power goes: what was committed is on the disk, and the next run completes the rest.

The indexes lie on a file system of their own, in a file. A copy of that file while the writer
stands still holds what had reached the drive, and no more: not what the system kept in memory.
``make soak`` cuts more often.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from rag_app.errors import IndexBusy, IndexNotFound
from rag_app.settings import load_settings
from rag_app.store import reader
from rag_app.store.database import Database
from tests.conftest import PROJECT
from tests.ingest.killing import ONCE
from tests.ingest.test_kill import Scene


class Drive:
    """An ext4 of 48 MB in a file, mounted."""

    def __init__(self, folder: Path) -> None:
        self.image, self.place = folder / "drive.img", folder / "drive"
        self.place.mkdir()
        with self.image.open("wb") as file:
            file.truncate(48 * 2**20)
        subprocess.run(["mkfs.ext4", "-q", "-F", self.image], check=True, capture_output=True)
        self.mount()

    def mount(self) -> None:
        """Attach it; what its journal holds is applied."""
        command = ["mount", "-o", "loop", self.image, self.place]
        subprocess.run(command, check=True, capture_output=True)

    def unmount(self) -> None:
        """Detach it with everything written."""
        for _, opened in reader._open.values():
            opened.database.close()
        reader._open.clear()
        subprocess.run(["umount", self.place], check=True)

    def cut(self, writer: "subprocess.Popen[bytes]") -> None:
        """Lose what has not been written, and the writer, who stands still."""
        left = self.image.with_suffix(".left")
        shutil.copyfile(self.image, left)
        writer.kill()
        writer.wait()
        self.unmount()
        left.replace(self.image)
        self.mount()


class Outage:
    """A scene whose indexes lie on a drive."""

    def __init__(self, folder: Path) -> None:
        self.drive = Drive(folder)
        settings = load_settings(indexes_dir=self.drive.place / "indexes")
        self.scene = Scene(folder / "documents", settings)
        self.drive.unmount()
        self._whole = folder / "whole.img"
        shutil.copyfile(self.drive.image, self._whole)
        self.drive.mount()

    def strike(self, point: str, passes: int, *, from_old: bool, how: str = "") -> bool:
        """Cut the power at a point and check what is left; whether the run came so far."""
        self.drive.unmount()
        shutil.copyfile(self._whole, self.drive.image)
        self.drive.mount()
        index = self.scene.begin(from_old=from_old)
        os.sync()
        places = {"RAG_INDEXES_DIR": str(index.parent), "PYTHONPATH": str(PROJECT)}
        command = ["-m", "tests.ingest.killing", point, str(passes), str(self.scene.folder),
                   "killed", "stopping", how]  # fmt: skip
        writer = subprocess.Popen(
            [sys.executable, *command], env={**os.environ, **places}, cwd=PROJECT,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status = os.waitpid(writer.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            writer.returncode = os.waitstatus_to_exitcode(status)
            assert writer.returncode == 0
            return False
        seen = commits(index)
        self.drive.cut(writer)
        assert commits(index) >= seen, "what a reader had seen is gone"
        self.scene.check_killed(index, from_old=from_old)
        self.scene.check_completed(index)
        return True


def commits(index: Path) -> int:
    """How many changes a reader sees."""
    with suppress(IndexNotFound, IndexBusy):
        database = Database(index)
        try:
            return database.commit_number()
        finally:
            database.close()
    return 0


@pytest.fixture(scope="module")
def outage(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("outage")
    if os.geteuid() or shutil.which("mkfs.ext4") is None:
        pytest.skip("a file system can be made and mounted by root alone")
    try:
        made = Outage(folder)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    yield made
    made.drive.unmount()


@pytest.mark.parametrize(
    "point", ["a row is written", "the file is committed", "the vectors are renamed"]
)
def test_the_power_goes_at_a_point(outage: Outage, point: str):
    assert outage.strike(point, 1 if point in ONCE else 2, from_old=point != "a row is written")


def test_without_waiting_for_the_disk_the_loss_is_seen(outage: Outage):
    """The control: the check above fails where the guard is taken out."""
    with pytest.raises(AssertionError, match="is gone"):
        outage.strike("the file is committed", 2, from_old=True, how="unsynced")
