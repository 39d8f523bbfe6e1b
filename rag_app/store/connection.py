"""An index's SQLite file opened: its transactions, its meta table, its errors by name."""

import errno
import hashlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from rag_app.embedding import EmbedderIdentity
from rag_app.errors import IndexBusy, IndexDamaged, IndexNotFound, IndexNotWritten, StoreError
from rag_app.store.journal import write_ahead
from rag_app.store.places import how_to_mend
from rag_app.store.schema import ADDED_TABLES, DATABASE_FILE, FORMAT, OWN_TABLES, TABLES

_PATIENCE_S = 30  # for a writer's commit to end
_CACHE_KIB = 64 * 1024  # of the database's pages, most
_AT_ONCE = 500  # ids in one statement: SQLite takes 999 values or 32,766, by its version
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Connection:
    """One connection to an index; safe to share between threads, which then take turns."""

    def __init__(self, folder: Path, *, embedder: EmbedderIdentity | None = None) -> None:
        """Open the index in ``folder``; made new where it is not there and ``embedder`` is given.

        Where no log can be written beside it (a read-only folder, a full disk) it is ``frozen``:
        read as it lies, blind to later commits.
        Raises IndexNotFound, IndexDamaged or IndexNotWritten.
        """
        self.folder = folder
        self.name = folder.name
        path = folder / DATABASE_FILE
        self._lock = threading.RLock()
        with named_errors(folder):
            if not path.exists() and embedder is None:
                raise IndexNotFound(_not_found(folder))
            self.frozen = _is_frozen(folder)
            try:
                found = self._open(path, embedder)
            except sqlite3.OperationalError:
                # A reader on a full disk, where the log's index finds no room.
                if self.frozen or embedder is not None or has_log(folder):
                    raise
                self.frozen = True
                found = self._open(path, None)
        if found != FORMAT:
            self.close()
            raise IndexDamaged(
                f"Index {self.name!r} has format {found}, this version reads {FORMAT}."
                f" Delete the folder {folder} and ingest again."
            )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def meta(self, key: str) -> str | None:
        """One value of the meta table."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Set one value of the meta table."""
        with self._lock, named_errors(self.folder):
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def set_vectors(self, sha256: str, commit: int) -> None:
        """Note which vector file goes with this index, and the commit that it reflects."""
        with self._lock, named_errors(self.folder):
            self._connection.execute(
                "INSERT OR REPLACE INTO meta VALUES ('vectors_sha256', ?), ('vectors_commit', ?)",
                (sha256, str(commit)),
            )

    def empty_log(self) -> None:
        """Bring all commits into the database itself and free the log's space, if no one reads."""
        with self._lock, suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def commit_number(self) -> int:
        """How many changes the index has seen; equal numbers mean equal contents."""
        return int(self.meta("commit") or 0)

    def embedder(self) -> EmbedderIdentity:
        """The embedder that made the vectors."""
        text = self.meta("embedder") or "{}"
        if self.meta("embedder_sha256") not in (None, _sha256(text)):
            raise IndexDamaged(_mend(self.folder, "what it says of its embedder was altered"))
        return EmbedderIdentity.from_json(text)

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction that ends as one more commit, or leaves no trace."""
        with self._lock, named_errors(self.folder):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                number = int(self.meta("commit") or 0) + 1
                self.set_meta("commit", str(number))
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads within see one commit, whatever a writer does meanwhile."""
        with self._lock, named_errors(self.folder):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def _open(self, path: Path, embedder: EmbedderIdentity | None) -> str | None:
        """Connect; the format of what is there. Frozen, the file is read without a log."""
        place = f"{path.as_uri()}?immutable=1" if self.frozen else path
        self._connection = sqlite3.connect(
            place,
            uri=self.frozen,
            isolation_level=None,
            check_same_thread=False,
            timeout=_PATIENCE_S,
        )
        try:
            self._prepare(embedder)
            row = self._connection.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
            return str(row[0]) if row else None
        except BaseException:
            self.close()
            raise

    def _prepare(self, embedder: EmbedderIdentity | None) -> None:
        write_ahead(self._connection, _PATIENCE_S)
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            f"cache_size = -{_CACHE_KIB}",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        if not self._connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
            if embedder is None:  # a writer was killed before its first commit
                raise IndexNotFound(_not_found(self.folder))
            self._create(embedder)
        if embedder is not None:
            for statement in _statements(ADDED_TABLES):
                self._connection.execute(statement)
        for statement in _statements(OWN_TABLES):
            self._connection.execute(statement)

    def _create(self, embedder: EmbedderIdentity) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(TABLES):
            self._connection.execute(statement)
        for key, value in {
            "format": FORMAT,
            "embedder": embedder.to_json(),
            "embedder_sha256": _sha256(embedder.to_json()),
            "commit": "0",
        }.items():
            self.set_meta(key, value)
        self._connection.execute("COMMIT")

    def has_table(self, name: str) -> bool:
        """Whether there is such a table; an index that an older version made may lack some."""
        return self._one("SELECT 1 FROM sqlite_schema WHERE name = ?", name) is not None

    def _one(self, sql: str, *values: object) -> tuple | None:  # type: ignore[type-arg]
        with self._lock, named_errors(self.folder):
            row: tuple | None = self._connection.execute(sql, values).fetchone()  # type: ignore[type-arg]
            return row

    def _all(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock, named_errors(self.folder):
            return self._connection.execute(sql, values).fetchall()

    def _rows_of(self, ids: Sequence[int], sql: str) -> Iterator[tuple]:  # type: ignore[type-arg]
        """The rows of ``sql`` for however many ids, which stand for the ``{ids}`` in it."""
        for at in range(0, len(ids), _AT_ONCE):
            some = ids[at : at + _AT_ONCE]
            yield from self._all(sql.format(ids=",".join("?" * len(some))), *some)


@contextmanager
def named_errors(folder: Path) -> Iterator[None]:
    """What SQLite and the system raise about an index, told as a StoreError with its cure."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _named(folder, error) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes what it found
        raise IndexDamaged(_mend(folder, "what it holds is no text")) from error
    except OSError as error:
        raise _not_written(folder, str(error.strerror), full=error.errno in _FULL) from error


def _is_frozen(folder: Path) -> bool:
    """Whether nobody writes the index, this user least of all: a log could not be made."""
    return not os.access(folder, os.W_OK) and not has_log(folder)


def has_log(folder: Path) -> bool:
    """Whether commits wait beside the database for their way into it."""
    log = folder / f"{DATABASE_FILE}-wal"
    return log.exists() and log.stat().st_size > 0


def _named(folder: Path, error: sqlite3.DatabaseError) -> StoreError:
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith("SQLITE_BUSY"):
        return IndexBusy(f"Index {folder.name!r} is being written ({error}). Try again.")
    if code == "SQLITE_FULL" or (code.startswith("SQLITE_IOERR") and "READ" not in code):
        return _not_written(folder, str(error), full=True)
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return _not_written(folder, str(error), full=False)
    return IndexDamaged(_mend(folder, str(error)))


def _mend(folder: Path, why: str) -> str:
    return (
        f"{folder / DATABASE_FILE} cannot be read ({why})."
        f" {how_to_mend(folder.name)}; or delete the folder {folder}"
        " and ingest again."
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _not_written(folder: Path, why: str, *, full: bool) -> IndexNotWritten:
    if full:
        free = shutil.disk_usage(folder).free / 1e6
        cure = f"Free space on its disk ({free:,.0f} MB are free), or move it with RAG_INDEXES_DIR"
    else:
        cure = "Give yourself the right to read and write there, or move it with RAG_INDEXES_DIR"
    return IndexNotWritten(
        f"Index {folder.name!r} in {folder.parent} cannot be opened or written ({why}). {cure};"
        " then run the same command again. What was in the index before is whole."
    )


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _not_found(folder: Path) -> str:
    others = sorted(p.parent.name for p in folder.parent.glob(f"*/{DATABASE_FILE}"))
    known = f" Indexes here: {', '.join(others)}." if others else ""
    return (
        f"There is no index {folder.name!r} in {folder.parent}.{known}"
        f" Build one: python -m ingest DOCS --index {folder.name}."
    )
