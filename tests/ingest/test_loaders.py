"""Each format, made by the library that writes it, read as the index will see it."""

import json
import zipfile
from pathlib import Path

import pytest

from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.errors import FileRejected
from rag_app.values import LoadedDocument
from tests.conftest import EXAMPLES


def read(path: Path, **options) -> LoadedDocument:
    return load(path, LoadingOptions(**options))


def reason(path: Path) -> str:
    with pytest.raises(FileRejected) as rejected:
        read(path)
    assert rejected.value.detail
    return str(rejected.value.reason)


@pytest.mark.parametrize("reader", ["pypdfium2", "pypdf"])
def test_both_pdf_readers_keep_pages_and_headings(reader: str):
    document = read(EXAMPLES / "en" / "history-of-language-models.pdf", pdf_reader=reader)
    assert document.loader == reader
    assert len(document.pages) >= 20
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    assert any("175 billion" in page.text for page in document.pages)
    headings = [heading for page in document.pages for heading in page.headings]
    assert any("BERT" in heading.title for heading in headings)


def test_word_headings_tables_and_merged_cells(tmp_path: Path):
    import docx

    made = docx.Document()
    made.add_heading("Relatório", 0)
    made.add_heading("Vendas", 1)
    made.add_paragraph("As vendas cresceram em maio.")
    table = made.add_table(rows=3, cols=3)
    for row, cells in enumerate([("Mês", "Norte", "Sul"), ("Maio", "7", "7"), ("Total", "14", "")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(2, 1).merge(table.cell(2, 2))
    made.save(str(tmp_path / "r.docx"))
    document = read(tmp_path / "r.docx")
    (page,) = document.pages
    assert document.title == "Relatório"
    assert page.number is None
    assert "Mês: Maio; Norte: 7; Sul: 7" in page.text
    assert "Mês: Total; Norte: 14" in page.text
    assert [heading.title for heading in page.headings] == ["Relatório", "Vendas"]
    assert all(page.text[h.start :].lstrip("# ").startswith(h.title) for h in page.headings)
    assert [page.text[start:end].split(";")[0] for start, end in page.rows][-1] == "Mês: Total"


def test_slides_are_pages(tmp_path: Path):
    import pptx

    made = pptx.Presentation()
    for title, body in (("Goals", "Answer in a second"), ("Risks", "None of them")):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = body
    made.save(str(tmp_path / "p.pptx"))
    pages = read(tmp_path / "p.pptx").pages
    assert [(page.number, page.headings[0].title) for page in pages] == [(1, "Goals"), (2, "Risks")]
    assert "None of them" in pages[1].text


def test_a_break_within_a_slides_paragraph_parts_words(tmp_path: Path):
    import pptx

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Annual\vReport"
    slide.placeholders[1].text = "First line\vSecond line"
    made.save(str(tmp_path / "p.pptx"))
    assert read(tmp_path / "p.pptx").pages[0].text == "Annual Report\nFirst line\nSecond line\n"


def test_html_is_what_a_reader_sees(tmp_path: Path):
    (tmp_path / "p.html").write_text(
        "<title>Guide</title><style>p {}</style><body><nav>Home</nav><h1>Backups</h1>"
        "<p>Every <b>night</b> at two.</p><script>alert(1)</script>"
        "<table><tr><th>Tier<th>Days<tr><td>Gold<td>30</table><!-- secret -->"
    )
    document = read(tmp_path / "p.html")
    text = document.pages[0].text
    assert document.title == "Guide"
    assert "Every night at two." in text
    assert "Tier: Gold; Days: 30" in text
    for hidden in ("Home", "alert", "secret", "{}"):
        assert hidden not in text


def test_html_within_a_form_an_aside_and_a_footer_is_read_and_controls_are_not(tmp_path: Path):
    (tmp_path / "p.html").write_text(
        '<body><form id="aspnetForm"><h1>Opening hours</h1><p>Open from nine to five.</p>'
        "<select><option>Choose a town</option></select><textarea>Your words</textarea>"
        "<button>Send</button></form><aside>Closed on 7 June.</aside>"
        "<footer>12 Quay Street, Hobart</footer>"
    )
    (page,) = read(tmp_path / "p.html").pages
    assert [heading.title for heading in page.headings] == ["Opening hours"]
    assert page.text.split("\n\n")[1:] == [
        "Open from nine to five.", "Closed on 7 June.", "12 Quay Street, Hobart\n"
    ]  # fmt: skip


def test_epub_chapters_in_reading_order(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "b.epub", "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="c.opf" media-type="application/oebps-package+xml"/>'
            "</rootfiles></container>",
        )
        book.writestr(
            "c.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"'
            ' xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Two</dc:title>'
            '</metadata><manifest><item id="b" href="b.xhtml"/><item id="a" href="a.xhtml"/>'
            '</manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        )
        book.writestr("a.xhtml", "<html><body><h1>First</h1><p>Alpha.</p></body></html>")
        book.writestr("b.xhtml", "<html><body><h1>Second</h1><p>Beta.</p></body></html>")
    document = read(tmp_path / "b.epub")
    text = "\n".join(page.text for page in document.pages)
    assert document.title == "Two"
    assert text.index("Alpha") < text.index("Beta")


def test_tables_and_records_as_text(tmp_path: Path):
    (tmp_path / "a.csv").write_text("cidade;população\nRecife;1.488.920\n", encoding="cp1252")
    (tmp_path / "a.json").write_text(json.dumps([{"name": "Ana", "skills": ["SQL", "R"]}]))
    assert "cidade: Recife; população: 1.488.920" in read(tmp_path / "a.csv").pages[0].text
    text = read(tmp_path / "a.json").pages[0].text
    assert "Ana" in text
    assert "SQL" in text


def test_a_line_separator_within_a_record_ends_no_line(tmp_path: Path):
    records = [{"name": "Ana", "note": "Two\u2028lines\u0085here"}, {"name": "Rui"}]
    lines = "\r\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    (tmp_path / "a.jsonl").write_bytes(lines.encode())
    text = read(tmp_path / "a.jsonl").pages[0].text
    assert "name: Ana; note: Two lines here" in text
    assert "name: Rui" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_any_common_encoding(tmp_path: Path, encoding: str):
    words = "A decisão saiu ontem: não haverá eleição em São Paulo.\n" * 3
    (tmp_path / "t.txt").write_text(words, encoding=encoding)
    assert "decisão saiu ontem: não haverá eleição" in read(tmp_path / "t.txt").pages[0].text


def test_what_no_reader_sees_is_taken_out(tmp_path: Path):
    (tmp_path / "t.md").write_text("# Ti\u200btle\n\nPlain\U000e0041\U000e0042 text\u202e.\n")
    (page,) = read(tmp_path / "t.md").pages
    assert "Title" in page.text
    assert "Plain text." in page.text


def test_files_that_cannot_be_read_say_why(tmp_path: Path):
    from pypdf import PdfWriter

    blank = PdfWriter()
    blank.add_blank_page(300, 300)
    blank.write(tmp_path / "blank.pdf")
    blank.encrypt("secret", algorithm="AES-256")
    blank.write(tmp_path / "locked.pdf")
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "liar.pdf").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 99)
    (tmp_path / "liar.docx").write_bytes(b"%PDF-1.7 " + b"0" * 99)
    (tmp_path / "torn.docx").write_bytes(b"PK\x03\x04" + b"0" * 99)
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 99)
    (tmp_path / "a.json").write_text("{not json")
    (tmp_path / "film.mp4").write_bytes(b"0" * 99)
    assert {path.name: reason(path) for path in tmp_path.iterdir()} == {
        "blank.pdf": "no_text_layer", "locked.pdf": "encrypted", "empty.txt": "empty",
        "liar.pdf": "corrupt", "liar.docx": "corrupt", "torn.docx": "corrupt",
        "torn.pdf": "corrupt", "old.xlsx": "encrypted", "a.json": "corrupt",
        "film.mp4": "unsupported",
    }  # fmt: skip


def test_a_community_loader_reads_what_we_do_not(tmp_path: Path):
    pytest.importorskip("langchain_community")
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nGood morning.\n")
    document = read(tmp_path / "talk.srt", community_loaders={".srt": "TextLoader"})
    assert "Good morning." in document.pages[0].text
