"""CSV, TSV, JSON and JSON Lines, each record a line that explains itself."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.loaders.plain import decoded
from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_MAX_FIELD = 1_000_000  # characters; a longer field is no figure in a table


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
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter or _delimiter(text)))
    except csv.Error as error:
        raise FileRejected(Reason.CORRUPT, f"it is no readable table ({error})") from error
    writer.table(rows)


def _delimiter(text: str) -> str:
    """The one of , ; tab | that splits the first lines most alike; Brazil's Excel writes ;."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def evenness(mark: str) -> tuple[int, int]:
        counts = [line.count(mark) for line in lines]
        return (counts.count(counts[0]) if counts and counts[0] else 0, sum(counts))

    return max(",;\t|", key=evenness)


def _parsed(text: str, *, lines: bool) -> Any:  # noqa: ANN401
    try:
        if lines:
            # JSON allows Unicode's other line ends, such as U+2028, within a text.
            return [json.loads(line) for line in text.split("\n") if line.strip()]
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise FileRejected(Reason.CORRUPT, f"it is not valid JSON ({error})") from error


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
