"""Workbooks, made by openpyxl, read as the index will see them."""

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.loaders.options import LoadingOptions
from ingest.loading import load


def test_each_row_of_a_sheet_carries_its_headers(tmp_path: Path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Models"
    for row in [("Model", "Parameters (billions)"), ("GPT-3", 175.0), ("BERT", 0.34)]:
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    (page,) = load(tmp_path / "b.xlsx", LoadingOptions()).pages
    assert "Model: GPT-3; Parameters (billions): 175" in page.text.splitlines()
    assert page.headings[0].title == "Models"


def test_years_are_headers_too_and_a_second_row_of_words_is_not(tmp_path: Path):
    assert sheet(tmp_path, [
        ("Accounts of the port",), ("Item", 2022, 2023, datetime.date(2024, 12, 31)),
        ("Currency", "EUR", "EUR", "EUR"), ("Tolls", 10, 12, 1999),
    ])[1:] == [
        "Accounts of the port", "",
        "Item: Currency; 2022: EUR; 2023: EUR; 2024-12-31: EUR",
        "Item: Tolls; 2022: 10; 2023: 12; 2024-12-31: 1999",
    ]  # fmt: skip


@pytest.mark.parametrize("first", [("Tolls", 10, 12.5), (2022, 2023, 2024), ("Sum", "=1+1", 3)])
def test_a_first_row_of_figures_is_data(tmp_path: Path, first: tuple[object, ...]):
    lines = sheet(tmp_path, [first, ("Currency", "EUR", "USD"), ("Port", "Hobart", "Sydney")])
    assert lines[-3:] == [
        " | ".join(map(str, first)), "Currency | EUR | USD", "Port | Hobart | Sydney"
    ]  # fmt: skip


def test_a_formula_that_was_never_computed_is_shown_itself(tmp_path: Path):
    lines = sheet(tmp_path, [("Item", "Price", "Total"), ("Rope", 7, "=B2*3"), ("Sail", None, 90)])
    assert lines[-2:] == ["Item: Rope; Price: 7; Total: =B2*3", "Item: Sail; Total: 90"]


def test_a_formula_is_shown_by_its_value(tmp_path: Path):
    sheet(tmp_path, [("Item", "Total", "Note"), ("Rope", "=7*3", '=""')])
    with zipfile.ZipFile(tmp_path / "b.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    cells = parts["xl/worksheets/sheet1.xml"]
    cells = cells.replace(b"<f>7*3</f><v></v>", b"<f>7*3</f><v>21</v>")
    parts["xl/worksheets/sheet1.xml"] = cells.replace(b'<c r="C2"', b'<c r="C2" t="str"')
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    (page,) = load(tmp_path / "b.xlsx", LoadingOptions()).pages
    assert page.text.splitlines()[-1] == "Item: Rope; Total: 21"


def sheet(folder: Path, rows: list[tuple[object, ...]], *, merged: Sequence[str] = ()) -> list[str]:
    """The lines that a workbook of these rows is read as."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder / "b.xlsx")
    (page,) = load(folder / "b.xlsx", LoadingOptions()).pages
    return page.text.splitlines()


def test_the_size_that_a_sheet_tells_of_itself_may_be_wrong(tmp_path: Path):
    sheet(tmp_path, [("Product", "Price"), ("Pen", 2), (), ("Ink", 3, "new")])
    with zipfile.ZipFile(tmp_path / "b.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    cells = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = cells.replace(b'ref="A1:C4"', b'ref="A1"')
    assert parts["xl/worksheets/sheet1.xml"] != cells
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        for name, data in parts.items():
            book.writestr(name, data)
    (page,) = load(tmp_path / "b.xlsx", LoadingOptions()).pages
    assert page.text.splitlines()[2:] == ["Product: Pen; Price: 2", "Product: Ink; Price: 3; new"]


def test_a_table_below_a_blank_row_has_names_of_its_own(tmp_path: Path):
    assert sheet(tmp_path, [
        ("Stock",), (), ("Product", "Price"), ("Pen", 2), (), ("Ink", 3), (), (),
        ("People",), ("Employee", "Salary"), ("Ana", 1500), (), ("Rui", 1700),
    ])[1:] == [
        "Stock", "", "Product: Pen; Price: 2", "Product: Ink; Price: 3", "",
        "People", "", "Employee: Ana; Salary: 1500", "Employee: Rui; Salary: 1700",
    ]  # fmt: skip


def test_a_blank_row_between_rows_of_words_begins_no_table(tmp_path: Path):
    rows = [("Name", "Town"), ("Ana", "Lisbon"), (), ("Rui", "Porto"), ("Eva", "Faro")]
    assert sheet(tmp_path, rows)[-3:] == [
        "Name: Ana; Town: Lisbon", "Name: Rui; Town: Porto", "Name: Eva; Town: Faro"
    ]  # fmt: skip


def test_a_merged_label_stands_in_each_of_its_rows(tmp_path: Path):
    rows = [("Region", "Year", "Sales"), ("North", 2020, 5), (None, 2021, 6), ("South", 2020, 7)]
    assert sheet(tmp_path, rows, merged=["A2:A3"])[-3:] == [
        "Region: North; Year: 2020; Sales: 5",
        "Region: North; Year: 2021; Sales: 6",
        "Region: South; Year: 2020; Sales: 7",
    ]


def test_a_merged_name_stands_above_each_of_its_columns(tmp_path: Path):
    rows = [
        ("Figures",), ("Firm", "Revenue", None), (None, 2022, 2023), ("Acme", 10, 20),
        ("Total", None, 30),
    ]  # fmt: skip
    assert sheet(tmp_path, rows, merged=["A1:C1", "A2:A3", "B2:C2", "A5:B5"])[-4:] == [
        "Figures", "", "Firm: Acme; Revenue 2022: 10; Revenue 2023: 20",
        "Firm: Total; Revenue 2023: 30",
    ]  # fmt: skip


def test_a_percentage_is_shown_as_one(tmp_path: Path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [("Name", "Growth", "Note"), ("Acme", 0.125, "two_x000D_\nlines")]:
        book.active.append(row)
    for row in [("Rope", 0.07, "=1+1"), ("Sail", "=1/4", 0.5)]:
        book.active.append(row)
    for cell, shape in (("B2", "0.0%"), ("B3", "0%"), ("B4", "0%")):
        book.active[cell].number_format = shape
    book.save(tmp_path / "b.xlsx")
    (page,) = load(tmp_path / "b.xlsx", LoadingOptions()).pages
    assert page.text.splitlines()[-3:] == [
        "Name: Acme; Growth: 12.5%; Note: two lines", "Name: Rope; Growth: 7%; Note: =1+1",
        "Name: Sail; Growth: =1/4; Note: 0.5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shape", "shown"),
    [
        (1234.5, '"R$" #,##0.00', "R$ 1234.5"),
        (1234.5, "[$R$-416] #,##0.00", "R$ 1234.5"),
        (-1234.5, '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', "$ -1234.5"),
        (99.9, "#,##0.00 [$€-407]", "€ 99.9"),
        (5, "$#,##0_);($#,##0)", "$ 5"),
        (5, "[$CHF] #,##0", "CHF 5"),
        (12, "0\\%", "12"),
        (12, '0"%"', "12"),
        (7, "[Red]0.00", "7"),
        (7, '"usdt" 0', "7"),
        (datetime.timedelta(hours=30, minutes=5), "[h]:mm", "30:05:00"),
        (1310100, "00000\\-000", "01310-100"),
        (529982247, "000\\.000\\.000\\-00", "005.299.822-47"),
        (12345678000195, '00"."000"."000"/"0000"-"00', "12.345.678/0001-95"),
        (1133334444, "(00) 0000-0000", "(11) 3333-4444"),
        (501, "00000", "00501"),
        (123456, "0000", "123456"),
        (3.5, "000", "3.5"),
        (5, "0.00", "5"),
        (5, "0 00/00", "5"),
    ],
)
def test_a_figure_is_of_what_its_cell_draws_it(tmp_path: Path, value: object, shape: str, shown):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [("Name", "Cost"), ("Rope", value)]:
        book.active.append(row)
    book.active["B2"].number_format = shape
    book.save(tmp_path / "b.xlsx")
    (page,) = load(tmp_path / "b.xlsx", LoadingOptions()).pages
    assert page.text.splitlines()[-1] == f"Name: Rope; Cost: {shown}"
