from pathlib import Path

import pytest

from ui.upload import save_upload


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\Users\\ana\\notas.txt", "Users/ana/notas.txt"),
        ("papers/2024/report.pdf", "papers/2024/report.pdf"),
        (".hidden.md", "hidden.md"),
        ("no\tte\x00s.txt", "notes.txt"),
        ("/", "file"),
    ],
)
def test_an_uploaded_name_stays_in_its_folder(tmp_path: Path, name: str, kept: str):
    path = save_upload(tmp_path / "uploads", name, b"data")
    assert path == tmp_path / "uploads" / kept
    assert path.read_bytes() == b"data"
    assert [item for item in tmp_path.rglob("*") if item.is_file()] == [path]
