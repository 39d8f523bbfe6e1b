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


def test_an_upload_replaces_its_namesake_among_uploads_and_nothing_else(tmp_path: Path):
    uploads = tmp_path / "uploads"
    first = save_upload(uploads, "bridge.txt", b"1932", taken={"bridge.txt"})
    assert first == uploads / "bridge (2).txt"
    assert save_upload(uploads, "bridge.txt", b"1932", taken={"bridge.txt"}) == first
    other = save_upload(uploads, "bridge.txt", b"1974", taken={"bridge.txt"})
    assert (other.name, first.read_bytes()) == ("bridge (3).txt", b"1932")
    again = save_upload(uploads, "bridge (2).txt", b"1988", taken={"bridge.txt"})
    assert (again, first.read_bytes()) == (first, b"1988")
    assert save_upload(uploads, "notes/bridge.txt", b"x", taken={"bridge.txt"}).name == "bridge.txt"
