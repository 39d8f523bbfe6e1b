"""A write-ahead log that several processes take up at once."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rag_app.store.journal import write_ahead


def test_one_that_is_locked_is_asked_again(tmp_path: Path):
    path = tmp_path / "kept.sqlite"
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as holder,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as waiting,
    ):
        holder.execute("CREATE TABLE rows (id)")
        holder.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, holder.execute, ["COMMIT"]).start()
        write_ahead(waiting, patience_s=10)
        assert waiting.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_one_that_stays_locked_is_told(tmp_path: Path):
    path = tmp_path / "kept.sqlite"
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as holder,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as waiting,
    ):
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(waiting, patience_s=0.1)
