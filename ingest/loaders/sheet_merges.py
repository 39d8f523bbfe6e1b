"""A sheet's merged cells, which openpyxl does not tell of a workbook that it only reads."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ingest.loaders.heads import is_header

_MERGED = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^<>]{0,200}?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_BLOCK = 1 << 20  # bytes searched at a time
_LONGEST = 300  # bytes of one element
_MOST = 100_000  # merged cells of a sheet; more make no table that anybody reads


class Merge(NamedTuple):
    """Columns, from 0, and the last row, from 1, that a merged cell reaches."""

    first: int
    last: int
    bottom: int


def merged_cells(path: Path, sheet: Any) -> dict[int, list[Merge]]:  # noqa: ANN401
    """The sheet's merged cells by the row, from 1, at which they begin."""
    merges: dict[int, list[Merge]] = {}
    count = 0
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as part:
        before = b""
        while block := part.read(_BLOCK):
            text = before + block
            end = 0
            for found in _MERGED.finditer(text):
                first, top, last, bottom = found.groups()
                merges.setdefault(int(top), []).append(
                    Merge(_column(first), _column(last), int(bottom))
                )
                end = found.end()
                count += 1
            if count > _MOST:
                break
            before = text[max(end, len(text) - _LONGEST) :]
    return merges


def unmerged(rows: Iterable[list[str]], merges: dict[int, list[Merge]]) -> Iterator[list[str]]:
    """The rows, each with the texts that reach down into it; a blank row is empty.

    Among names of columns a text stands in all the columns that it is drawn above.
    """
    reaching: dict[int, tuple[int, str]] = {}  # column -> the last row reached, and the text
    for number, row in enumerate(rows, 1):
        if not any(row):
            yield []
            continue
        for column, (bottom, text) in list(reaching.items()):
            if bottom < number:
                del reaching[column]
            else:
                _put(row, column, text)
        starting = sorted(merges.get(number, []))
        for merge in starting:
            if merge.bottom > number and (text := _text(row, merge)):
                reaching[merge.first] = (merge.bottom, text)
        if starting and is_header(row):
            at = 0
            for merge in starting:
                for column in range(max(at, merge.first + 1), merge.last + 1):
                    _put(row, column, _text(row, merge))
                at = max(at, merge.last + 1)
        yield row


def _text(row: list[str], merge: Merge) -> str:
    return row[merge.first] if merge.first < len(row) else ""


def _put(row: list[str], column: int, text: str) -> None:
    row.extend([""] * (column + 1 - len(row)))
    row[column] = row[column] or text


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number - 1
