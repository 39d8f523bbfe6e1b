"""Excel workbooks, through openpyxl: each sheet a heading, each row a line.

Hidden sheets, rows and columns are read too: they hold the figures that the shown ones are made
of, and any reader of the workbook can open them. Comments on cells are not read.
"""

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.loaders.office import check_archive
from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions, visible
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

if TYPE_CHECKING:
    from openpyxl import Workbook

_HEADER_WITHIN = 10  # rows at a sheet's top among which its header is looked for
_FIGURE = re.compile(r"=.*|[-+]?[\d.,]*\d%?(?:[eE][-+]?\d+)?", re.DOTALL)  # or what makes one
_TIME = re.compile(r"19\d\d|20\d\d|2100|\d{4}-\d\d-\d\d(?: .*)?")  # a year or a date
# A formula whose value was never computed; an empty text (t="str") is a value.
_UNCOMPUTED = re.compile(
    rb'<c\b(?![^<>]*\bt="str")[^<>]*>\s{0,9}<f\b[^<>]*(?:/>|>[^<]*</f>)'
    rb"\s{0,9}(?:<v\s*/>|<v>\s{0,9}</v>)?\s{0,9}</c>"
)
_BLOCK = 1 << 20  # bytes searched at a time
_LONGEST = 10_000  # bytes of one cell's formula


def load_spreadsheet(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The workbook as one page without a number. Raises FileRejected."""
    check_archive(path)
    writer = PageWriter(options)
    size = 0
    try:
        with ExitStack() as books:
            book = books.enter_context(closing(_open(path, values=True)))
            lacking = _lacks_values(path)
            other = books.enter_context(closing(_open(path, values=False))) if lacking else book
            for sheet, formulas in zip(book.worksheets, other.worksheets, strict=True):
                rows = []
                for shown in _rows(sheet, formulas):
                    options.on_progress()
                    if any(shown):
                        rows.append(shown)
                        size += sum(map(len, shown))
                        options.check_characters(size)
                _sheet(sheet.title, rows, writer)
            title = book.properties.title or ""
    except (FileRejected, MemoryError):
        raise
    except Exception as error:  # openpyxl raises almost anything on a broken file
        what = f"{type(error).__name__}: {error}"
        raise FileRejected(Reason.CORRUPT, f"it is no readable workbook ({what})") from error
    return LoadedDocument(" ".join(visible(title).split()), (writer.page(),), "openpyxl")


def _open(path: Path, *, values: bool) -> "Workbook":
    """With formulas' stored values, or with the formulas."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that hold no cells
        return openpyxl.load_workbook(path, read_only=True, data_only=values)


def _lacks_values(path: Path) -> bool:
    """Whether a formula has no stored value, as in files that no spreadsheet program saved."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with archive.open(name) as part:
                before = b""
                while block := part.read(_BLOCK):
                    if _UNCOMPUTED.search(before + block):
                        return True
                    before = (before + block)[-_LONGEST:]
    return False


def _rows(sheet: Any, formulas: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """A sheet's rows as text; a formula without a value stands there itself."""
    if sheet is formulas:
        for row in sheet.iter_rows(values_only=True):
            yield [_shown(value) for value in row]
        return
    pairs = zip(
        sheet.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=True
    )
    for row, entered in pairs:
        yield [
            _shown(made if value is None else value)
            for value, made in zip(row, entered, strict=True)
        ]


def _sheet(title: str, rows: list[list[str]], writer: PageWriter) -> None:
    if not rows:
        return
    writer.heading(title, 1)
    header = _header(rows)
    for row in rows[:header]:
        writer.line(" ".join(cell for cell in row if cell))
    writer.table(rows[header:], header=_is_header(rows[header]))


def _header(rows: list[list[str]]) -> int:
    """The first row of more than one cell, if it can be a header; else 0.

    A row of words below one of figures is no header but data.
    """
    top = rows[:_HEADER_WITHIN]
    first = next((number for number, row in enumerate(top) if sum(map(bool, row)) > 1), 0)
    return first if _is_header(rows[first]) else 0


def _is_header(row: list[str]) -> bool:
    """Whether its cells are words, years or dates, and at least one of them words."""
    filled = [cell for cell in row if cell]
    names = [cell for cell in filled if not _TIME.fullmatch(cell)]
    return len(filled) > 1 and bool(names) and not any(map(_FIGURE.fullmatch, names))


def _shown(value: object) -> str:
    """A cell as a reader sees it: 175 and not 175.0, dates in ISO's order."""
    if value is None:
        return ""
    if hasattr(value, "ref"):  # a formula that fills several cells
        return str(getattr(value, "text", None) or "")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    return str(value)
