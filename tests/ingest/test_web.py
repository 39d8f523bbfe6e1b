"""HTML and EPUB as a reader sees them: line ends, merged cells, tables in tables, dark rows."""

import zipfile
from pathlib import Path

import pytest

from ingest.hiding import hides, without_hidden
from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.errors import FileRejected


def lines(folder: Path, html: str, name: str = "p.html") -> list[str]:
    """What a page is read as, without its blank lines; each row is a line."""
    (folder / name).write_text(html, encoding="utf-8")
    (page,) = load(folder / name, LoadingOptions()).pages
    for start, end in page.rows:
        assert page.text[start:end] in page.text.split("\n")
    return [line for line in page.text.split("\n") if line]


def test_a_line_end_within_a_heading_or_a_cell_parts_words(tmp_path: Path):
    assert lines(tmp_path, (
        "<h1>Annual<br>Report</h1><p><b>Rent:<br>900 EUR</b></p><pre>one<br>two</pre>"
        "<table><tr><th>City<br>name<th>Rooms<tr><td><p>Lisbon</p><p>Porto</p><td>5<br>6</table>"
    )) == [
        "Annual Report", "Rent: 900 EUR", "one", "two", "City name: Lisbon Porto; Rooms: 5 6",
    ]  # fmt: skip


def test_a_cell_that_is_merged_downwards_stands_in_each_row(tmp_path: Path):
    assert lines(tmp_path, (
        "<table><tbody><tr><th>Region<th>Year<th>Sales<tr><td rowspan=2>North<td>2020<td>5"
        "<tr><td>2021<td>6</tbody><tbody><tr><td rowspan=9>South<td>2020<td>7</tbody>"
        "<tbody><tr><td>East<td>2020<td>8</tbody></table>"
    )) == [
        "Region: North; Year: 2020; Sales: 5", "Region: North; Year: 2021; Sales: 6",
        "Region: South; Year: 2020; Sales: 7", "Region: East; Year: 2020; Sales: 8",
    ]  # fmt: skip


def test_a_name_that_is_merged_across_names_each_column(tmp_path: Path):
    table = (
        "<table><tr><th colspan=4>Figures of 2024<tr>{}<th colspan=2>Revenue<th{}>Cost{}"
        "<tr><td>Acme<td>10<td>20<td>7<tr><td>All<td colspan=2>30<td>7</table>"
    )
    assert lines(tmp_path, table.format("<th>Firm", "", "")) == [
        "Figures of 2024",
        "Firm: Acme; Revenue: 10; Revenue: 20; Cost: 7",
        "Firm: All; Revenue: 30; Cost: 7",
    ]
    below = "<tr><th>Net<th>Gross"
    assert lines(tmp_path, table.format("<th rowspan=2>Firm", " rowspan=2", below))[1:] == [
        "Firm: Acme; Revenue Net: 10; Revenue Gross: 20; Cost: 7",
        "Firm: All; Revenue Net: 30; Cost: 7",
    ]


def test_a_cell_across_a_whole_row_is_named_by_no_column(tmp_path: Path):
    assert lines(tmp_path, (
        "<table><thead><tr><th>Town<th>People</thead><tr><th colspan=2>North<tr><td>Faro<td>1"
        "<tr><th colspan=2>South<tr><td>Beja<td>2</table>"
    )) == ["North", "Town: Faro; People: 1", "South", "Town: Beja; People: 2"]  # fmt: skip


def test_a_cell_that_is_a_whole_table_is_read_once(tmp_path: Path):
    assert lines(tmp_path, "<table><tr><td colspan=2>Closed in May.</table>") == ["Closed in May."]


def test_a_table_within_a_cell_is_read_once(tmp_path: Path):
    assert lines(tmp_path, (
        "<table><tr><th>Part<th>Terms<tr><td>Fees<td>As follows"
        "<table><tr><th>Year<th>Fee<tr><td>2024<td>900</table></table>"
    )) == ["Part: Fees; Terms: As follows", "Year: 2024; Fee: 900"]  # fmt: skip


def test_cells_that_claim_to_reach_everywhere_are_refused(tmp_path: Path):
    wide = "<td colspan=1000 rowspan=65534>" + "x" * 50
    path = tmp_path / "p.html"
    path.write_text(f"<table><tr>{wide * 50}{'<tr><td>y' * 50_000}</table>")
    with pytest.raises(FileRejected, match="RAG_MAX_CHARACTERS"):
        load(path, LoadingOptions(max_characters=1_000_000))


def test_white_words_on_a_dark_row_are_seen(tmp_path: Path):
    assert lines(tmp_path, (
        '<table><tr style="background:#036"><th style="color:#fff">Item'
        '<th style="color:#fff">Price<tr><td>Pen<td>2</table>'
        '<div bgcolor="black"><section><p style="color:white">Bring tea.</p></section>'
        '<div style="background-color:#FFF"><p style="color:white">Secret.</p></div></div>'
    )) == ["Item: Pen; Price: 2", "Bring tea."]  # fmt: skip


@pytest.mark.parametrize(
    ("background", "hidden"),
    [("#fff", True), ("#FFFFFF none repeat", True), ("white", True), ("none", True),
     ("#fff0f5", False), ("white url(night.jpg)", False), ("navy", False)],
)  # fmt: skip
def test_white_words_are_hidden_by_white_alone(background: str, hidden: bool):
    around = [{"class": "note"}, {"style": f"background: {background}"}]
    assert hides({"style": "color: white"}, around) is hidden


def test_clear_text_is_hidden_whatever_is_behind_it():
    assert hides({"style": "color: transparent"}, [{"style": "background: navy"}])


def test_code_within_a_line_opens_no_block_of_code():
    assert without_hidden("```pip```\n\n<!-- hidden -->") == "```pip```\n\n"


EMPTY = ["<title/>", '<title>T</title><script src="a.js"/>', "<style />", "<noscript/>"]


@pytest.mark.parametrize("head", EMPTY)
def test_an_empty_element_of_xhtml_ends_where_it_stands(tmp_path: Path, head: str):
    assert lines(tmp_path, (
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'
        f'<head>{head}</head><body><p id="a"/><textarea/><iframe src="b"/>'
        "<p>The bridge is<br/>40 m long.</p></body></html>"
    ), "p.xhtml") == ["The bridge is 40 m long."]  # fmt: skip


def test_a_book_may_prefix_its_elements_and_leave_titles_empty(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "b.epub", "w") as book:
        book.writestr(
            "META-INF/container.xml",
            '<c:container xmlns:c="urn:oasis:names:tc:opendocument:xmlns:container">'
            '<c:rootfiles><c:rootfile full-path="o.opf"/></c:rootfiles></c:container>',
        )
        book.writestr(
            "o.opf",
            '<opf:package xmlns:opf="http://www.idpf.org/2007/opf"><opf:metadata>'
            '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Bridges</dc:title>'
            '</opf:metadata><opf:manifest><opf:item id="a" href="a.xhtml"/></opf:manifest>'
            '<opf:spine><opf:itemref idref="a"/></opf:spine></opf:package>',
        )
        book.writestr(
            "a.xhtml", "<html><head><title/></head><body><p>It is 40 m long.</p></body></html>"
        )
    document = load(tmp_path / "b.epub", LoadingOptions())
    assert document.title == "Bridges"
    assert document.pages[0].text == "It is 40 m long.\n"


def test_what_is_told_to_readers_without_scripts_is_not_shown(tmp_path: Path):
    (tmp_path / "saved.html").write_text(
        "<html><head><title>T</title><noscript>Switch scripts on</noscript></head>"
        "<body><p>The mill has 12 sails.</p><NOSCRIPT class=x><p>In vain</p></NOSCRIPT></body>"
    )
    (page,) = load(tmp_path / "saved.html", LoadingOptions()).pages
    assert page.text == "The mill has 12 sails.\n"
