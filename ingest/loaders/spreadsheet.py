"""Excel workbooks, through openpyxl: each sheet a heading, each row a line.

A merged cell's text stands in every row that it reaches, and in each column that it names.

Hidden sheets, rows and columns are read too: they hold the figures that the shown ones are made
of, and any reader of the workbook can open them. Comments on cells are not read.
"""

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.loaders.office import check_archive
from ingest.loaders.options import LoadingOptions
from ingest.loaders.sheet_formats import code, signs
from ingest.loaders.sheet_merges import merged_cells, unmerged
from ingest.loaders.sheet_tables import tables
from ingest.loaders.visible import visible
from ingest.loaders.writing import PageWriter
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

if TYPE_CHECKING:
    from openpyxl import Workbook

# A formula whose value was never computed; an empty text (t="str") is a value.
_UNCOMPUTED = re.compile(
    rb'<c\b(?![^<>]*\bt="str")[^<>]*>\s{0,9}<f\b[^<>]*(?:/>|>[^<]*</f>)'
    rb"\s{0,9}(?:<v\s*/>|<v>\s{0,9}</v>)?\s{0,9}</c>"
)
_CARRIAGE_RETURN = re.compile(r"_x000[Dd]_")  # as Office writes one within a text
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
                rows: list[list[str]] = []
                for shown in unmerged(_rows(sheet, formulas), merged_cells(path, sheet)):
                    options.on_progress()
                    if shown or (rows and rows[-1]):
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
    """A sheet's rows as text, blank ones too; a formula without a value stands there itself."""
    drawn = _are_drawn(sheet.parent)
    if sheet is formulas:
        for row in _cells(sheet, values_only=not drawn):
            yield [_drawn(cell) for cell in row] if drawn else [_shown(value) for value in row]
        return
    pairs = zip(_cells(sheet), _cells(formulas, values_only=True), strict=True)
    for row, entered in pairs:
        yield [
            _shown(made) if cell.value is None else _drawn(cell)
            for cell, made in zip(row, entered, strict=True)
        ]


def _cells(sheet: Any, *, values_only: bool = False) -> Iterator[Any]:  # noqa: ANN401
    """Every row from the first, as far as it goes: the size that a file tells may be wrong."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(min_row=1, min_col=1, values_only=values_only))


def _are_drawn(book: Any) -> bool:  # noqa: ANN401
    """Whether a format says what a figure is of: to look at each cell's takes time."""
    from openpyxl.styles import numbers

    built_in = (numbers.BUILTIN_FORMATS.get(style.numFmtId, "") for style in book._cell_styles)
    return any(any(signs(shape)) or code(shape, 0) for shape in (*book._number_formats, *built_in))


def _drawn(cell: Any) -> str:  # noqa: ANN401
    """A cell's value with its currency, in hundredths or with leading zeros as it is drawn."""
    value = cell.value
    if type(value) not in (int, float):
        return _shown(value)
    if (drawn := code(cell.number_format or "", value)) is not None:
        return drawn
    currency, is_percent = signs(cell.number_format or "")
    shown = f"{value * 100:.15g}%" if is_percent else _shown(value)
    return f"{currency} {shown}" if currency else shown


def _sheet(title: str, rows: Iterable[list[str]], writer: PageWriter) -> None:
    for number, table in enumerate(tables(rows)):
        if number:
            writer.paragraph("\n".join(map(_joined, table.above)))
        else:
            writer.heading(title, 1)
            for row in table.above:
                writer.line(_joined(row))
        writer.table(table.one_headed(), header=table.has_header)


def _joined(row: list[str]) -> str:
    return " ".join(cell for cell in row if cell)


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
    if isinstance(value, datetime.timedelta):  # 30:05:00, as a sheet draws it, is no day and 6:05
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return _CARRIAGE_RETURN.sub(" ", str(value))
