"""CSV, TSV, JSON and JSON Lines, each record a line that explains itself."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.loaders.heads import header_at, is_header, is_years_across
from ingest.loaders.options import LoadingOptions
from ingest.loaders.plain import decoded
from ingest.loaders.writing import PageWriter
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_MAX_FIELD = 1_000_000  # characters; a longer field is no figure in a table
_TOLD = re.compile(r"(?i)\"?sep=([,;|\t])\"?[ \t]*(?:\n|\Z)")  # what Excel's own first line tells
_QUOTED = re.compile(r'"[^"]*"')  # a field in which a mark parts nothing


def load_tabular(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The file as one page without a number. Raises FileRejected: corrupt or too_large."""
    text = decoded(path, options)
    suffix = path.suffix.lower()
    writer = PageWriter(options)
    if suffix in {".csv", ".tsv"}:
        _separated(text, "\t" if suffix == ".tsv" else None, writer)
        return LoadedDocument("", (writer.page(),), "csv")
    _records(_parsed(text, lines=suffix == ".jsonl"), writer)
    return LoadedDocument("", (writer.page(),), "json")


def _separated(text: str, delimiter: str | None, writer: PageWriter) -> None:
    csv.field_size_limit(_MAX_FIELD)
    if told := _TOLD.match(text):
        text, delimiter = text[told.end() :], told[1]
    try:
        rows = _rows(text, delimiter or _delimiter(text))
    except csv.Error as error:
        raise FileRejected(Reason.CORRUPT, f"it is no readable table ({error})") from error
    rows = [row for row in ([cell.strip() for cell in row] for row in rows) if any(row)]
    if not rows:
        return
    header = header_at(rows)
    for row in rows[:header]:
        writer.line(" ".join(filter(None, row)))
    rows = rows[header:]
    writer.table(rows, header=is_header(rows[0]) or is_years_across(rows[0]))


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The rows; a quotation mark that is never closed, as tabs allow, takes in no further rows."""
    lines = [line for line in text.split("\n") if line]
    singly = []
    if delimiter == "\t" and any(line.count('"') % 2 for line in lines):
        singly = [_row(line, delimiter) for line in lines]
    try:
        quoted = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:  # a field that goes on for too long
        if not singly:
            raise
        return singly
    if singly and _widths(singly) <= _widths([row for row in quoted if row]):
        return singly
    return quoted


def _row(line: str, delimiter: str) -> list[str]:
    if line.count('"') % 2:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter), [])


def _widths(rows: list[list[str]]) -> int:
    return len(set(map(len, rows)))


def _delimiter(text: str) -> str:
    """The one that splits the first lines most alike.

    A line without any, such as a title above the table, counts for none. Brazil's Excel writes ";"
    between figures with commas: on a tie the mark that stands in figures is not taken.
    """
    lines = [_QUOTED.sub("", line) for line in text.splitlines()[:20]]

    def evenness(mark: str) -> int:
        counts = Counter(filter(None, (line.count(mark) for line in lines)))
        return max(counts.values(), default=0)

    return max(";\t|,", key=evenness) if any(map(evenness, ";\t|,")) else ","


def _parsed(text: str, *, lines: bool) -> Any:  # noqa: ANN401
    if not lines:
        return _value(text)
    # JSON allows Unicode's other line ends, such as U+2028, within a text.
    return [_value(line, number) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _value(text: str, line: int | None = None) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        what = f"it is not valid JSON ({error})"
        if line is not None:
            said = getattr(error, "msg", str(error))
            what = f"its line {line} is not valid JSON ({said})"
        raise FileRejected(Reason.CORRUPT, what) from error


def _records(value: Any, writer: PageWriter) -> None:  # noqa: ANN401
    """A list becomes a row an item; an object a row of its plain fields and a block a list."""
    if isinstance(value, list):
        for item in value:
            writer.table([["; ".join(_flat(item, ""))]], header=False)
        return
    if not isinstance(value, dict):
        writer.paragraph(str(value))
        return
    for key, item in value.items():
        nested = isinstance(item, list) and any(isinstance(part, dict | list) for part in item)
        if nested:
            writer.heading(str(key), 1)
            _records(item, writer)
        else:
            writer.table([[line] for line in _flat(item, str(key))], header=False)


def _flat(value: Any, name: str) -> Iterator[str]:  # noqa: ANN401
    """``key: value`` for every leaf, nested keys joined by a dot."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        if any(isinstance(part, dict | list) for part in value):
            for number, part in enumerate(value, 1):
                yield from _flat(part, f"{name}.{number}" if name else str(number))
        elif value:
            joined = ", ".join(map(_leaf, value))
            yield f"{name}: {joined}" if name else joined
    elif value is not None and value != "":
        yield f"{name}: {_leaf(value)}" if name else _leaf(value)


def _leaf(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value) if isinstance(value, bool) else str(value)
