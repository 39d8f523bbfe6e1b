"""SQLite's write-ahead log, taken up by whoever comes first."""

import sqlite3
import time

_PAUSE_S = 0.02


def write_ahead(connection: sqlite3.Connection, patience_s: float) -> None:
    """Let the database keep a write-ahead log, as it may do already.

    Where another process is about to do the same SQLite says at once that it is locked, whatever
    the connection's timeout; so this asks again for ``patience_s``. Raises sqlite3.Error.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE_S)
