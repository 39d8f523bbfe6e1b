"""Files that are whole or not there."""

import subprocess
import sys
from pathlib import Path

import pytest

from rag_app.whole_file import write_whole

TOO_LARGE = """
import resource, sys
from pathlib import Path
from rag_app.whole_file import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_whole(Path(sys.argv[1]), b"x" * 100_000)
"""


def test_a_file_takes_another_s_place_for_its_user_s_eyes_alone(tmp_path: Path):
    path = tmp_path / ("n" * 250 + ".txt")  # a name may have 255 bytes
    path.write_bytes(b"before")
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_finds_no_room_leaves_the_file_as_it_was(tmp_path: Path):
    path = tmp_path / "held.txt"
    write_whole(path, b"before")
    ended = subprocess.run([sys.executable, "-c", TOO_LARGE, path], capture_output=True, text=True)
    assert "File too large" in ended.stderr
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "gone" / "file", b"")
