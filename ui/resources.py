"""What all tabs and users of the server share, loaded once."""

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

import streamlit as st

from rag_app.errors import Cancelled, RagError
from rag_app.language import Language
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.places import index_folder, index_names
from rag_app.store.schema import DATABASE_FILE
from rag_app.values import DocumentRecord

_QUESTIONS = Path(__file__).resolve().parent.parent / "examples" / "questions.jsonl"
_OFFERED = 4
_LOOK_S = 0.1  # seconds between two looks whether to go on waiting


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The settings, read once when the server starts."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def _loading() -> "Future[str]":
    loader = ThreadPoolExecutor(1, thread_name_prefix="models")
    return loader.submit(_load, settings())


def _load(settings: Settings) -> str:
    from rag_app.answering import warm_up  # takes a second, which no one waits for here

    return warm_up(settings)


def models(cancel: threading.Event | None = None) -> str:
    """What runs where, and in what precision; waits until it is loaded.

    Raises RagError, and Cancelled soon after ``cancel`` is set.
    """
    loading = _loading()
    while cancel is not None and wait([loading], timeout=_LOOK_S).not_done:
        if cancel.is_set():
            raise Cancelled
    try:
        return loading.result()
    except RagError:
        _loading.clear()  # the next question tries again
        raise


def models_if_loaded() -> str:
    """The same without waiting: "" as long as they load, which this begins.

    Call it when the page is drawn: what loads takes its time from what draws.
    """
    loading = _loading()
    return loading.result() if loading.done() and loading.exception() is None else ""


def indexes() -> list[str]:
    """The names of the indexes that are there."""
    return index_names(settings())


def database(index: str) -> Database:
    """The open database of an index. Raises StoreError."""
    from rag_app.store.reader import open_index

    return open_index(index, settings()).database


@contextmanager
def opened(index: str) -> Iterator[Database]:
    """The index's database without its vectors, for which the embedder would have to be there."""
    with closing(Database(index_folder(settings(), index))) as database:
        yield database


def state_of(database: Database) -> tuple[str, int, int]:
    """What is another after a commit, or once another database, counting anew, is in its place."""
    file = (database.folder / DATABASE_FILE).stat().st_ino
    return str(database.folder), file, database.commit_number()


def documents(index: str) -> list[DocumentRecord]:
    """Every file that an index knows; read once a commit, so leave the list as it is."""
    with opened(index) as database:
        return _documents(database, state_of(database))


@st.cache_resource(show_spinner=False, max_entries=8)
def _documents(_database: Database, state: tuple[str, int, int]) -> list[DocumentRecord]:
    return _database.documents()


def example_questions(index: str, language: Language) -> list[str]:
    """Questions to begin with, where the index holds the example documents; else none."""
    if not _QUESTIONS.exists():
        return []
    rows = [json.loads(line) for line in _QUESTIONS.read_text(encoding="utf-8").splitlines()]
    held = {Path(record.source).stem for record in documents(index)}
    fitting = [
        row["question"]
        for row in rows
        if row["lang"] == language and row["answerable"]
        and {evidence["doc"] for evidence in row["evidence"]} <= held
    ]  # fmt: skip
    return random.Random(language).sample(fitting, min(_OFFERED, len(fitting)))
