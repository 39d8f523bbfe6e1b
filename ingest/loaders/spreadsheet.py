"""Excel workbooks, through openpyxl: each sheet a heading, each row a line.

Hidden sheets, rows and columns are read too: they hold the figures that the shown ones are made
of, and any reader of the workbook can open them. Comments on cells are not read.
"""

import datetime
import warnings
from contextlib import closing
from pathlib import Path

from ingest.loaders.office import check_archive
from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions, visible
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_HEADER_WITHIN = 10  # rows at a sheet's top among which its header is looked for


def load_spreadsheet(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The workbook as one page without a number. Raises FileRejected."""
    import openpyxl

    check_archive(path)
    writer = PageWriter(options)
    size = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that hold no cells
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        with closing(book):
            for sheet in book.worksheets:
                rows = []
                for row in sheet.iter_rows(values_only=True):
                    options.on_progress()
                    shown = [_shown(value) for value in row]
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


def _sheet(title: str, rows: list[list[str]], writer: PageWriter) -> None:
    if not rows:
        return
    writer.heading(title, 1)
    header = _header(rows)
    for row in rows[:header]:
        writer.line(" ".join(cell for cell in row if cell))
    writer.table(rows[header:], header=_is_header(rows[header]))


def _header(rows: list[list[str]]) -> int:
    """The first row that can be a header; 0 where none of the top ones can."""
    top = rows[:_HEADER_WITHIN]
    return next((number for number, row in enumerate(top) if _is_header(row)), 0)


def _is_header(row: list[str]) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and not any(cell.replace(".", "", 1).isdigit() for cell in filled[1:])


def _shown(value: object) -> str:
    """A cell as a reader sees it: 175 and not 175.0, dates in ISO's order."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    return str(value)
