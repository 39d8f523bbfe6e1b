"""The log of exchanges: what was asked, what was answered from what, and what people said of it.

One SQLite file beside the indexes, for its user's eyes alone. The chat's conversations are its
rows, an answer is reproduced from it (``python -m rag_app --replay ID``), and equal questions
over an unchanged index are answered from it.
"""

import math
import sqlite3
import threading
import time
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from rag_app.errors import LogError
from rag_app.settings import Settings
from rag_app.store.journal import write_ahead
from rag_app.terms import fold
from rag_app.values import Answer, Conversation, Exchange, Verdict

_FILE = "log.sqlite"
_PATIENCE_S = 10  # for what another process writes
_TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    id         TEXT PRIMARY KEY,
    user       TEXT NOT NULL,   -- "" where no one signs in
    title      TEXT NOT NULL,
    index_name TEXT NOT NULL,
    updated    REAL NOT NULL    -- seconds since the epoch
);
CREATE TABLE IF NOT EXISTS exchanges (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT REFERENCES conversations (id) ON DELETE CASCADE,
    index_name   TEXT NOT NULL,
    asked        REAL NOT NULL,
    question     TEXT NOT NULL,
    state        TEXT NOT NULL,
    answer       TEXT,            -- JSON of values.Answer
    note         TEXT NOT NULL DEFAULT '',
    identity     TEXT NOT NULL DEFAULT '',
    key          TEXT NOT NULL DEFAULT '',  -- hash of the identity
    rating       INTEGER,
    comment      TEXT NOT NULL DEFAULT '',
    verdict      TEXT NOT NULL DEFAULT '',
    expected     TEXT NOT NULL DEFAULT '',
    judged       REAL
);
CREATE INDEX IF NOT EXISTS exchanges_by_conversation ON exchanges (conversation, id);
CREATE INDEX IF NOT EXISTS exchanges_by_key ON exchanges (key) WHERE key <> '';
"""
# Of a table that was made before there were reviews.
_LATER_COLUMNS = {
    "verdict": "TEXT NOT NULL DEFAULT ''",
    "expected": "TEXT NOT NULL DEFAULT ''",
    "judged": "REAL",
}
_COLUMNS = (
    "id, coalesce(conversation, ''), index_name, asked, question, state, answer, note, identity,"
    " rating, comment, verdict, expected, judged"
)
# A torn answer is no JSON, and would fail the whole query.
_WITHHELD = "CASE WHEN json_valid(answer) THEN json_extract(answer, '$.abstained') END IS 1"
_TEXT = "CASE WHEN json_valid(e.answer) THEN json_extract(e.answer, '$.text') END"
_OF_USER = (
    "(?2 IS NULL OR (conversation IS NULL AND ?2 = '')"
    " OR conversation IN (SELECT id FROM conversations WHERE user = ?2))"
)
Kind = Literal["to_review", "complained", "withheld", "reviewed", "all"]
_KINDS: dict[Kind, str] = {  # ?1: what was judged since then stays
    "to_review": "state = 'answered' AND (verdict = '' OR judged >= ?1)",
    "complained": "(rating = 0 OR comment <> '')",
    "withheld": _WITHHELD,
    "reviewed": "(verdict <> '' OR judged >= ?1)",
    "all": "TRUE",
}
_LONGEST_TITLE = 80
_opening = threading.Lock()  # two logs in memory would each keep a part
_ANSWER = TypeAdapter(Answer)


def open_log(settings: Settings) -> "ExchangeLog":
    """The log beside the indexes; in memory alone where ``RAG_LOG`` is off. Raises LogError."""
    folder = settings.indexes_dir.expanduser().absolute()
    with _opening:
        return _opened(folder / _FILE if settings.log else None)


class ExchangeLog:
    """Safe to share between threads; several processes may hold the same file.

    Every method raises LogError where the file cannot be read or written.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path or ":memory:",
                isolation_level=None,
                check_same_thread=False,
                timeout=_PATIENCE_S,
            )
            self._connection.create_function("folded", 1, _folded, deterministic=True)
            write_ahead(self._connection, _PATIENCE_S)
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.executescript(_TABLES)
            self._complete_columns()
        except (OSError, sqlite3.Error) as error:
            raise self._named(error) from error

    # -- exchanges ----------------------------------------------------------------------------

    def begin(self, question: str, index: str, conversation: str = "") -> int:
        """Note a question before it is answered; the exchange's id."""
        now = time.time()
        cursor = self._run(
            "INSERT INTO exchanges (conversation, index_name, asked, question, state)"
            " VALUES (?, ?, ?, ?, 'asked')",
            conversation or None,
            index,
            now,
            question,
        )
        if conversation:
            title = " ".join(question.split())[:_LONGEST_TITLE]
            self._run(
                "UPDATE conversations SET updated = ?, index_name = ?,"
                " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                now,
                index,
                title,
                conversation,
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def finish(self, exchange: int, answer: Answer, identity: str, key: str) -> None:
        """Note the answer, and all that it depends on: ``key`` is the identity's hash."""
        self._run(
            "UPDATE exchanges SET state = 'answered', answer = ?, identity = ?, key = ?"
            " WHERE id = ?",
            _ANSWER.dump_json(answer).decode(),
            identity,
            key,
            exchange,
        )

    def fail(self, exchange: int, note: str, *, stopped: bool = False) -> None:
        """Note that no answer came, and why."""
        state = "stopped" if stopped else "failed"
        self._run("UPDATE exchanges SET state = ?, note = ? WHERE id = ?", state, note, exchange)

    def exchange(self, number: int) -> Exchange | None:
        """One exchange; None where there is none of that id."""
        rows = self._run(f"SELECT {_COLUMNS} FROM exchanges WHERE id = ?", number).fetchall()
        return _exchange(rows[0]) if rows else None

    def answered(self, number: int) -> tuple[Exchange, Answer]:
        """One exchange that was answered, and its answer. Raises LogError where it is none."""
        exchange = self.exchange(number)
        if exchange is None or exchange.answer is None:
            raise LogError(f"The log holds no answer {number}. `python -m rag_app log` lists them.")
        return exchange, exchange.answer

    def same(self, key: str) -> Exchange | None:
        """The latest answered exchange of the same identity."""
        # SQLite uses a partial index only where the query itself says what the index is limited to.
        rows = self._run(
            f"SELECT {_COLUMNS} FROM exchanges WHERE key = ? AND key <> '' AND state = 'answered'"
            " ORDER BY id DESC LIMIT 1",
            key,
        ).fetchall()
        return _exchange(rows[0]) if rows else None

    def latest(self, count: int = 1000) -> list[Exchange]:
        """The latest exchanges of all conversations, newest first."""
        sql = f"SELECT {_COLUMNS} FROM exchanges ORDER BY id DESC LIMIT ?"
        return [_exchange(row) for row in self._run(sql, count).fetchall()]

    def rate(self, exchange: int, rating: int | None) -> None:
        """Keep what a reader holds an answer for: 1 good, 0 bad, None taken back."""
        self._run("UPDATE exchanges SET rating = ? WHERE id = ?", rating, exchange)

    def comment(self, exchange: int, comment: str) -> None:
        """Keep what a reader says of an answer; "" takes it back."""
        self._run("UPDATE exchanges SET comment = ? WHERE id = ?", comment, exchange)

    # -- review -------------------------------------------------------------------------------

    def review(
        self, exchange: int, verdict: Verdict | None = None, expected: str | None = None
    ) -> None:
        """Keep how an answer is judged, and what would have been right; None leaves it as it is."""
        self._run(
            "UPDATE exchanges SET verdict = coalesce(?1, verdict),"
            " expected = coalesce(?2, expected), judged = ?3 WHERE id = ?4",
            verdict,
            expected,
            time.time(),
            exchange,
        )

    def listed(
        self,
        kind: Kind,
        user: str | None = "",
        *,
        since: float = math.inf,
        skip: int = 0,
        limit: int = -1,
    ) -> list[Exchange]:
        """A user's exchanges of a kind, newest first; all of them where ``limit`` is below 0.

        Those of the user "" are also those without a conversation, from Python or the command
        line; None stands for everyone. What was judged ``since`` stays to be reviewed, so that a
        list does not move under the hand of who goes through it.
        """
        sql = (
            f"SELECT {_COLUMNS} FROM exchanges WHERE {_KINDS[kind]} AND {_OF_USER}"
            " ORDER BY id DESC LIMIT ?4 OFFSET ?3"
        )
        return [_exchange(row) for row in self._run(sql, since, user, skip, limit).fetchall()]

    def count(self, kind: Kind, user: str | None = "", *, since: float = math.inf) -> int:
        """How many exchanges ``listed`` has in all."""
        sql = f"SELECT count(*) FROM exchanges WHERE {_KINDS[kind]} AND {_OF_USER}"
        return int(self._run(sql, since, user).fetchone()[0])

    def verdicts(self, user: str | None = "") -> dict[tuple[bool, Verdict], int]:
        """How many answers were judged so: by whether they were withheld, and verdict."""
        sql = (
            f"SELECT {_WITHHELD}, verdict, count(*) FROM exchanges"
            f" WHERE verdict <> ?1 AND {_OF_USER} GROUP BY 1, 2"
        )
        return {(bool(withheld), verdict): count for withheld, verdict, count
                in self._run(sql, "", user).fetchall()}  # fmt: skip

    # -- conversations ------------------------------------------------------------------------

    def start(self, index: str, user: str = "") -> str:
        """A new conversation's id; its first question becomes its title."""
        conversation = uuid.uuid4().hex
        self._run(
            "INSERT INTO conversations VALUES (?, ?, '', ?, ?)",
            conversation,
            user,
            index,
            time.time(),
        )
        return conversation

    def conversations(
        self, user: str = "", containing: str = "", limit: int = 200
    ) -> list[Conversation]:
        """A user's conversations that hold a question, latest first.

        ``containing`` keeps those with these words in the title, a question or an answer,
        whatever their accents and capitals.
        """
        rows = self._run(
            "SELECT c.id, c.title, c.index_name, c.updated,"
            " (SELECT count(*) FROM exchanges WHERE conversation = c.id) AS held"
            " FROM conversations c WHERE user = ?1 AND held > 0 AND (?2 = ''"
            " OR instr(folded(title), ?2) OR EXISTS (SELECT 1 FROM exchanges e"
            " WHERE e.conversation = c.id AND (instr(folded(e.question), ?2)"
            f" OR instr(folded({_TEXT}), ?2))))"
            " ORDER BY updated DESC, c.rowid DESC LIMIT ?3",
            user,
            _folded(containing),
            limit,
        ).fetchall()
        return [Conversation(*row) for row in rows]

    def conversation(self, conversation: str, user: str = "") -> list[Exchange] | None:
        """A conversation's exchanges, oldest first; None where this user has no such one."""
        if not self._run(
            "SELECT 1 FROM conversations WHERE id = ? AND user = ?", conversation, user
        ).fetchall():
            return None
        sql = f"SELECT {_COLUMNS} FROM exchanges WHERE conversation = ? ORDER BY id"
        return [_exchange(row) for row in self._run(sql, conversation).fetchall()]

    def rename(self, conversation: str, title: str) -> None:
        """Give a conversation a title of its own."""
        title = " ".join(title.split())[:_LONGEST_TITLE]
        self._run("UPDATE conversations SET title = ? WHERE id = ?", title, conversation)

    def delete(self, conversation: str) -> None:
        """Take a conversation and its exchanges out of the log."""
        self._run("DELETE FROM conversations WHERE id = ?", conversation)

    def forget(self, exchange: int) -> None:
        """Take one exchange out, and those of its conversation that came after it."""
        self._run(
            "DELETE FROM exchanges WHERE id = ?1 OR (id > ?1 AND conversation ="
            " (SELECT conversation FROM exchanges WHERE id = ?1))",
            exchange,
        )

    def _complete_columns(self) -> None:
        """Add what a log of an earlier version has not; two processes may do so at once."""
        if self._lacking():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for name in self._lacking():  # another process may have been first
                    column = f"{name} {_LATER_COLUMNS[name]}"
                    self._connection.execute(f"ALTER TABLE exchanges ADD COLUMN {column}")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _lacking(self) -> list[str]:
        rows = self._connection.execute("SELECT name FROM pragma_table_info('exchanges')")
        held = {name for (name,) in rows.fetchall()}
        return [name for name in _LATER_COLUMNS if name not in held]

    def _run(self, sql: str, *values: object) -> sqlite3.Cursor:
        try:
            with self._lock:
                return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> LogError:
        return LogError(
            f"The log {self._path} cannot be used ({error}). Free space or give yourself the right"
            " to write there; where the file is damaged move it away; RAG_LOG=false does without."
        )


@lru_cache
def _opened(path: Path | None) -> ExchangeLog:
    return ExchangeLog(path)


def _folded(text: str | None) -> str:
    return fold(text or "").casefold()


def _exchange(row: tuple) -> Exchange:  # type: ignore[type-arg]
    state, note, answer = row[5], row[7], None
    try:
        answer = _ANSWER.validate_json(row[6]) if row[6] else None
    except ValidationError:  # one torn row costs no other
        state, note = "failed", "The log's row of this answer is damaged."
    return Exchange(
        id=row[0], conversation=row[1], index=row[2], asked=row[3], question=row[4],
        state=state, answer=answer, note=note, identity=row[8], rating=row[9], comment=row[10],
        verdict=row[11], expected=row[12], judged=row[13],
    )  # fmt: skip
