"""The rows of the documents page: read once a commit, then searched, narrowed, ordered, cut."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from rag_app.store.database import Database
from rag_app.values import INDEXED, DocumentRecord
from ui import resources
from ui.wording import worded

PAGE = 100  # rows drawn at a time


@dataclass(frozen=True)
class Row:
    """One file of the index."""

    record: DocumentRecord
    tokens: int  # the embedder's, over all chunks
    folder: str  # that it was ingested from
    haystack: str  # what a search goes over, in lower case


@dataclass(frozen=True)
class Listing:
    """Every file of an index, as of one commit."""

    rows: tuple[Row, ...]
    outcomes: dict[str, int]  # number of files, the most frequent first
    languages: dict[str, int]
    chunks: int
    tokens: int


@dataclass(frozen=True)
class Filter:
    """Which rows are wanted, and in what order; empty selections leave nothing out."""

    words: str = ""
    outcomes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    order: str = "file"


ORDERS: dict[str, Callable[[Row], object]] = {
    "file": lambda row: row.record.source,
    "newest": lambda row: -row.record.modified,
    "largest": lambda row: -row.record.size,
    "longest": lambda row: -row.tokens,
    "problems": lambda row: (row.record.outcome == INDEXED, row.record.outcome, row.record.source),
}


def listing(index: str) -> Listing:
    """The files of an index, read anew only after a commit; waits for no model.

    Raises StoreError.
    """
    with resources.opened(index) as database:
        return _read(database, resources.state_of(database))


def chosen(rows: Sequence[Row], wanted: Filter) -> list[Row]:
    """The rows that hold every word and are of a chosen outcome and language, in order."""
    words = wanted.words.lower().split()
    found = [
        row
        for row in rows
        if (not wanted.outcomes or row.record.outcome in wanted.outcomes)
        and (not wanted.languages or row.record.language in wanted.languages)
        and _holds(row, words)
    ]
    return sorted(found, key=ORDERS[wanted.order])  # type: ignore[arg-type]


def pages_of(count: int) -> int:
    """How many pages ``count`` rows take; at least one."""
    return max(1, -(-count // PAGE))


def _holds(row: Row, words: Sequence[str]) -> bool:
    """Whether every word stands in the row; its reason is found as it is kept and as shown."""
    if not words:
        return True
    haystack = f"{row.haystack} {worded(row.record.detail).lower()}"
    return all(word in haystack for word in words)


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(_database: Database, state: tuple[str, int, int]) -> Listing:
    with _database.snapshot():
        records, tokens = _database.documents(), _database.tokens_by_source()
        origins = _database.roots_and_rules()
    rows = tuple(
        Row(
            record,
            tokens.get(record.source, 0),
            origins[record.source][0],
            f"{record.source} {record.title} {record.detail}".lower(),
        )
        for record in records
    )
    return Listing(
        rows,
        dict(Counter(row.record.outcome for row in rows).most_common()),
        dict(Counter(row.record.language for row in rows if row.record.language).most_common()),
        sum(record.chunks for record in records),
        sum(tokens.values()),
    )
