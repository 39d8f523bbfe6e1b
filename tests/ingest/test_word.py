"""Word files, made by python-docx, with what it does not read by itself."""

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.loaders.options import LoadingOptions
from ingest.loading import load

MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
CONTENTS = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'


def control(inside: str, about: str = "") -> Any:
    """A content control, such as those that forms are filled in by."""
    return parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr>{about}</w:sdtPr>"
        f"<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
    )


def filled(table: Any, rows: list[list[str]]) -> Any:
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                table.cell(number, column).text = text
    return table


def lines(folder: Path, made: Any) -> list[str]:
    made.save(str(folder / "d.docx"))
    (page,) = load(folder / "d.docx", LoadingOptions()).pages
    return [line for line in page.text.split("\n") if line]


def test_content_controls_are_read_and_a_table_of_contents_is_not(tmp_path: Path):
    made = docx.Document()
    made.add_heading("Lease", 1)
    for inside, about in (("Lease 1", CONTENTS), ("The tenant is Ana Lopes.", "")):
        paragraph = f"<w:p><w:r><w:t>{inside}</w:t></w:r></w:p>"
        made.element.body.insert(1, control(paragraph, about))
    table = filled(made.add_table(2, 2), [["Field", "Value"], ["Date", ""]])
    cell = table.cell(1, 1)._tc
    cell.getparent().replace(
        cell, control("<w:tc><w:p><w:r><w:t>2024-05-01</w:t></w:r></w:p></w:tc>")
    )
    assert lines(tmp_path, made) == [
        "Lease", "The tenant is Ana Lopes.", "Field: Date; Value: 2024-05-01"
    ]  # fmt: skip


def test_a_table_within_a_cell_is_read_after_the_one_around_it(tmp_path: Path):
    made = docx.Document()
    outer = filled(made.add_table(2, 2), [["Part", "Terms"], ["Fees", "As follows"]])
    filled(outer.cell(1, 1).add_table(2, 2), [["Year", "Fee"], ["2024", "900"]])
    assert lines(tmp_path, made) == ["Part: Fees; Terms: As follows", "Year: 2024; Fee: 900"]


def test_a_text_box_is_read_once(tmp_path: Path):
    made = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>Mind the step.</w:t></w:r></w:p></w:txbxContent>"
    made.add_paragraph("Welcome.")._p.append(parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wps="urn:wps"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    ))  # fmt: skip
    assert lines(tmp_path, made) == ["Welcome.", "Mind the step."]


@pytest.mark.parametrize(
    ("equation", "text"),
    [
        ("<m:r><m:t>A=42</m:t></m:r>", "A=42"),
        (
            "<m:f><m:num><m:r><m:t>a+1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den>"
            "</m:f>",
            "(a+1)/2",
        ),
        (
            "<m:sSup><m:e><m:d><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d></m:e>"
            "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>",
            "(x)^2",
        ),
        ("<m:rad><m:deg/><m:e><m:r><m:t>2</m:t></m:r></m:e></m:rad>", "√2"),
    ],
)
def test_an_equation_is_a_line_of_text(tmp_path: Path, equation: str, text: str):
    made = docx.Document()
    made.add_paragraph("The area is ")._p.append(
        parse_xml(f'<m:oMath xmlns:m="{MATH}">{equation}</m:oMath>')
    )
    assert lines(tmp_path, made) == [f"The area is {text}"]


def test_a_row_that_begins_further_in_keeps_its_columns(tmp_path: Path):
    made = docx.Document()
    table = filled(made.add_table(2, 3), [["A", "B", "C"], ["", "b", "c"]])
    row = table.rows[1]._tr
    row.remove(row.findall(qn("w:tc"))[0])
    row.insert(0, parse_xml(f'<w:trPr {nsdecls("w")}><w:gridBefore w:val="1"/></w:trPr>'))
    assert lines(tmp_path, made) == ["B: b; C: c"]


def test_names_in_two_rows_are_joined_and_a_merged_label_is_repeated(tmp_path: Path):
    made = docx.Document()
    table = filled(made.add_table(5, 4), [
        ["Figures of 2024"], ["Region", "Firm", "Revenue"], ["", "", "Net", "Gross"],
        ["North", "Acme", "10", "20"], ["", "Bolt", "11", "21"],
    ])  # fmt: skip
    for first, last in (((0, 0), (0, 3)), ((1, 2), (1, 3)), ((1, 0), (2, 0)), ((3, 0), (4, 0))):
        table.cell(*first).merge(table.cell(*last))
    assert lines(tmp_path, made) == [
        "Figures of 2024",
        "Region: North; Firm: Acme; Revenue Net: 10; Revenue Gross: 20",
        "Region: North; Firm: Bolt; Revenue Net: 11; Revenue Gross: 21",
    ]
