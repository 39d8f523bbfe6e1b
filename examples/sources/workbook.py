"""Writes the spreadsheet of model figures: models, memory by precision, glossary."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

DATA = Path(__file__).with_name("data")
BYTES = {"FP32": 4.0, "FP16": 2.0, "INT8": 1.0, "INT4": 0.5}
UNSTATED = "not stated"
MODEL_HEADS = (
    "Model",
    "Year",
    "Organisation",
    "Parameters (billions)",
    "Training tokens (billions)",
    "Context length (tokens)",
    "Licence kind",
)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _number(text: str) -> int | float | str:
    if not text:
        return UNSTATED
    value = float(text)
    return int(value) if value.is_integer() else value


def _finish(sheet: Worksheet, widths: list[int]) -> None:
    """Style the header row, freeze it and set the widths of the columns."""
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E79")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for column, width in zip(sheet.iter_cols(max_row=1), widths, strict=True):
        sheet.column_dimensions[column[0].column_letter].width = width
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, float):
                cell.number_format = "#,##0.0##"
            elif isinstance(cell.value, int) and cell.value >= 3000:
                cell.number_format = "#,##0"
            elif cell.value == UNSTATED:
                cell.alignment = Alignment(horizontal="right")
    sheet.freeze_panes = "B2"


def build(path: Path, author: str) -> None:
    """Write the workbook."""
    book = Workbook()
    book.properties.creator = author
    book.properties.title = "Figures of language models"
    models = _rows("models.csv")

    sheet = book.active
    sheet.title = "Models"
    sheet.append(MODEL_HEADS)
    for row in models:
        numbers = ("parameters_billion", "training_tokens_billion", "context_tokens")
        figures = [_number(row[name]) for name in numbers]
        head = [row["name"], int(row["year"]), row["organisation"]]
        sheet.append([*head, *figures, row["licence"]])
    _finish(sheet, [24, 8, 44, 14, 17, 16, 34])
    sheet.auto_filter.ref = sheet.dimensions

    sheet = book.create_sheet("Memory")
    sheet.append(["Model", "Parameters (billions)", *(f"{kind} (GB)" for kind in BYTES)])
    for row in models:
        size = float(row["parameters_billion"])
        memory = [round(size * each, 3) for each in BYTES.values()]
        sheet.append([row["name"], *(_number(str(value)) for value in (size, *memory))])
    _finish(sheet, [24, 14, 12, 12, 12, 12])

    sheet = book.create_sheet("Glossary")
    sheet.append(["Term", "Definition"])
    for row in _rows("glossary.csv"):
        sheet.append([row["term"], row["definition"]])
    _finish(sheet, [24, 100])

    book.save(path)
