"""Text and Markdown, in whatever encoding, as people and programs leave them."""

from pathlib import Path

import pytest

from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.values import LoadedDocument

POLISH = "Łódź jest miastem. Święta są piękne, źródło czystej wody."


def read(folder: Path, name: str, content: str | bytes) -> LoadedDocument:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return load(folder / name, LoadingOptions())


def test_a_bad_byte_costs_a_character_and_not_the_file(tmp_path: Path):
    words = "São Paulo é a maior cidade. A população cresceu. "
    (page,) = read(tmp_path, "t.txt", (words * 3).encode() + b"\xe9 fim.").pages
    assert page.text == words * 3 + "\ufffd fim."
    assert read(tmp_path, "u.txt", (words * 3).encode("cp1252")).pages[0].text == words * 3


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="windows-1250">',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
    ],
)
def test_a_page_is_read_by_the_encoding_that_it_declares(tmp_path: Path, head: str):
    page = f"<html><head>{head}</head><body><p>{POLISH}</p></body></html>"
    assert read(tmp_path, "p.html", page.encode("cp1250")).pages[0].text.strip() == POLISH


@pytest.mark.parametrize("name", ["utf-8", "nonsense", "base64", "unicode_escape"])
def test_a_declared_encoding_that_cannot_be_is_not_used(tmp_path: Path, name: str):
    words = "A decisão saiu ontem: não haverá eleição em São Paulo. " * 3
    page = f'<head><meta charset="{name}"></head><p>{words}</p>'
    assert words.strip() in read(tmp_path, "p.html", page.encode("cp1252")).pages[0].text


def test_a_vertical_tab_ends_a_line(tmp_path: Path):
    assert read(tmp_path, "t.txt", "5\x0b6").pages[0].text == "5\n6"


def test_fields_about_a_text_are_no_headings(tmp_path: Path):
    text = "---\ndate: 2024-01-01\ntags: [a, b]\n---\n\nThe body.\n\n## Later\n\nMore.\n"
    document = read(tmp_path, "m.md", text)
    (page,) = document.pages
    assert document.title == "Later"
    assert [(h.title, page.text[h.start :][:8]) for h in page.headings] == [("Later", "## Later")]
    ruled = read(tmp_path, "r.md", "---\n\n# One\n\nWords.\n\n---\n").pages[0]
    assert [heading.title for heading in ruled.headings] == ["One"]


def test_a_block_of_code_is_closed_by_as_long_a_fence(tmp_path: Path):
    text = "# A\n\n```pip install x```\n\n## B\n\n````\n# not\n```\n# this\n````\n\n## C\n"
    (page,) = read(tmp_path, "m.md", text).pages
    assert [heading.title for heading in page.headings] == ["A", "B", "C"]
