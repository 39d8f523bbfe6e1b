"""The index's SQLite file: what was read, what was made of it, and which models made it."""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag_app import terms
from rag_app.embedding import EmbedderIdentity, Vectors
from rag_app.errors import EmbedderMismatch, IndexDamaged, IndexNotFound
from rag_app.language import Language
from rag_app.store.schema import DATABASE_FILE, FORMAT, TABLES
from rag_app.values import Chunk, DocumentRecord, Page, Passage, Scope

INDEXED = "indexed"


@dataclass(frozen=True)
class EmbeddedChunk:
    """A chunk, the text that was embedded for it, and the vector that came of it."""

    chunk: Chunk
    embedded: bytes  # SHA-256 of the embedded text
    vector: Vectors


class Database:
    """One connection to an index; safe to share between threads, which then take turns."""

    def __init__(self, folder: Path, *, embedder: EmbedderIdentity | None = None) -> None:
        """Open the index in ``folder``; made new where it is not there and ``embedder`` is given.

        Raises IndexNotFound or IndexDamaged.
        """
        self.folder = folder
        self.name = folder.name
        path = folder / DATABASE_FILE
        is_new = not path.exists()
        if is_new and embedder is None:
            raise IndexNotFound(_not_found(folder))
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, timeout=30
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            if not self._connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                if embedder is None:  # a writer was killed before its first commit
                    raise IndexNotFound(_not_found(folder))
                self._create(embedder)
            found = self.meta("format")
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(
                f"{path} cannot be read ({error}). Delete the folder {folder} and ingest again."
            ) from error
        if found != FORMAT:
            raise IndexDamaged(
                f"Index {self.name!r} has format {found}, this version reads {FORMAT}."
                f" Delete the folder {folder} and ingest again."
            )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    # -- identity ---------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """One value of the meta table."""
        row = self._one("SELECT value FROM meta WHERE key = ?", key)
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Set one value of the meta table."""
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def commit_number(self) -> int:
        """How many changes the index has seen; equal numbers mean equal contents."""
        return int(self.meta("commit") or 0)

    def embedder(self) -> EmbedderIdentity:
        """The embedder that made the vectors."""
        return EmbedderIdentity.from_json(self.meta("embedder") or "{}")

    def check_embedder(self, identity: EmbedderIdentity) -> None:
        """Raise EmbedderMismatch unless ``identity`` is what made the vectors."""
        pinned = self.embedder()
        same = (pinned.sha256, pinned.dimension, pinned.pooling, pinned.max_tokens) == (
            identity.sha256, identity.dimension, identity.pooling, identity.max_tokens,
        )  # fmt: skip
        if not same:
            raise EmbedderMismatch(
                f"Index {self.name!r} was built with the embedder {pinned.name!r}"
                f" ({pinned.sha256[:12]}, {pinned.dimension} dimensions), and RAG_EMBEDDER is now"
                f" {identity.name!r} ({identity.sha256[:12]}, {identity.dimension} dimensions)."
                f" Set RAG_EMBEDDER={pinned.name}, or ingest into another index with --index."
            )

    # -- writing ----------------------------------------------------------------------------

    @contextmanager
    def change(self) -> Iterator[None]:
        """One transaction that ends as one more commit, or leaves no trace."""
        with self._lock:
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

    def put_document(
        self,
        record: DocumentRecord,
        root: str,
        rules: str,
        pages: Sequence[Page],
        chunks: Iterable[EmbeddedChunk],
    ) -> None:
        """Add a document, or replace the one of the same source; within ``change()``."""
        self.remove_document(record.source)
        cursor = self._connection.execute(
            "INSERT INTO documents (source, root, sha256, size, modified, loader, title,"
            " language, rules, outcome, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                record.source, root, record.sha256, record.size, record.modified, record.loader,
                record.title, record.language, rules, record.outcome, record.detail,
            ),
        )  # fmt: skip
        document = cursor.lastrowid
        self._connection.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, ?)",
            [(document, i, page.number, page.text) for i, page in enumerate(pages)],
        )
        for item in chunks:
            self._put_chunk(record, document, item)

    def _put_chunk(self, record: DocumentRecord, document: int | None, item: EmbeddedChunk) -> None:
        chunk = item.chunk
        place = f"{record.source}\n{chunk.page}\n{chunk.start}\n{chunk.end}\n".encode()
        cursor = self._connection.execute(
            "INSERT INTO chunks (key, document_id, ordinal, start, end, text, headings,"
            " sentences, tokens, embedded, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                hashlib.sha256(place + item.embedded).hexdigest()[:32], document, chunk.page,
                chunk.start, chunk.end, chunk.text, json.dumps(chunk.headings, ensure_ascii=False),
                json.dumps(chunk.sentences), chunk.tokens, item.embedded,
                item.vector.astype("<f4").tobytes(),
            ),
        )  # fmt: skip
        language: Language = "pt" if record.language == "pt" else "en"
        self._connection.execute(
            "INSERT INTO terms (rowid, body, context) VALUES (?, ?, ?)",
            (
                cursor.lastrowid,
                " ".join(terms.analyse(chunk.text, language)),
                _context_terms(record.source, record.title, chunk.headings, record.language),
            ),
        )

    def remove_document(self, source: str) -> None:
        """Take a document out, if it is there; within ``change()``."""
        self._connection.execute(
            "DELETE FROM terms WHERE rowid IN (SELECT chunks.id FROM chunks"
            " JOIN documents ON documents.id = document_id WHERE source = ?)",
            (source,),
        )
        self._connection.execute("DELETE FROM documents WHERE source = ?", (source,))

    def move_document(self, record: DocumentRecord, old_source: str, root: str) -> None:
        """Give a document whose bytes did not change a new place; within ``change()``.

        Its vectors stay, since a file's name is not embedded.
        """
        rows = self._connection.execute(
            "SELECT chunks.id, ordinal, start, end, embedded, headings, language,"
            " documents.title FROM chunks JOIN documents ON documents.id = document_id"
            " WHERE source = ?",
            (old_source,),
        ).fetchall()
        for row_id, ordinal, start, end, embedded, headings, language, title in rows:
            place = f"{record.source}\n{ordinal}\n{start}\n{end}\n".encode()
            self._connection.execute(
                "UPDATE chunks SET key = ? WHERE id = ?",
                (hashlib.sha256(place + embedded).hexdigest()[:32], row_id),
            )
            self._connection.execute(
                "UPDATE terms SET context = ? WHERE rowid = ?",
                (_context_terms(record.source, title, json.loads(headings), language), row_id),
            )
        self._connection.execute(
            "UPDATE documents SET source = ?, root = ?, modified = ? WHERE source = ?",
            (record.source, root, record.modified, old_source),
        )

    def known_vectors(self, embedded: Iterable[bytes]) -> dict[bytes, Vectors]:
        """Vectors that the index already holds, by the SHA-256 of the embedded text."""
        found: dict[bytes, Vectors] = {}
        with self._lock:
            for digest in set(embedded):
                row = self._connection.execute(
                    "SELECT vector FROM chunks WHERE embedded = ? LIMIT 1", (digest,)
                ).fetchone()
                if row:
                    found[digest] = np.frombuffer(row[0], "<f4")
        return found

    # -- reading ----------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads within see one commit, whatever a writer does meanwhile."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def documents(self) -> list[DocumentRecord]:
        """Every file that the index knows, by source."""
        rows = self._all(
            "SELECT source, sha256, size, title, language, loader, outcome, detail,"
            " (SELECT count(*) FROM pages WHERE document_id = documents.id),"
            " (SELECT count(*) FROM chunks WHERE document_id = documents.id),"
            " modified FROM documents ORDER BY source"
        )
        return [DocumentRecord(*row) for row in rows]

    def roots_and_rules(self) -> dict[str, tuple[str, str]]:
        """By source: the folder that it was ingested from, and the rules it was split by."""
        rows = self._all("SELECT source, root, rules FROM documents")
        return {source: (root, rules) for source, root, rules in rows}

    def chunk_ids(self) -> list[int]:
        """Row ids of all chunks, ascending."""
        return [row[0] for row in self._all("SELECT id FROM chunks ORDER BY id")]

    def chunks_in(self, scope: Scope) -> dict[int, str]:
        """The chunks within a scope: row id -> source."""
        where, values = _condition(scope)
        return dict(self._all(f"SELECT chunks.id, source {_CHUNKS} WHERE {where}", *values))

    def pages_of(self, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """For each chunk a pair that it shares with the other chunks of its page alone."""
        marks = ",".join("?" * len(ids))
        rows = self._all(f"SELECT id, document_id, ordinal FROM chunks WHERE id IN ({marks})", *ids)
        return {row[0]: (row[1], row[2]) for row in rows}

    def titles(self) -> list[tuple[str, str]]:
        """Source and title of every indexed document."""
        rows = self._all("SELECT source, title FROM documents WHERE outcome = ?", INDEXED)
        return [(row[0], row[1]) for row in rows]

    def chunk_count(self) -> int:
        """How many chunks there are."""
        row = self._one("SELECT count(*) FROM chunks")
        return row[0] if row else 0

    def document_frequencies(self, wanted: Sequence[str]) -> dict[str, int]:
        """How many chunks hold each of the analysed terms."""
        found: dict[str, int] = {}
        for term in wanted:
            if row := self._one("SELECT doc FROM term_counts WHERE term = ?", term):
                found[term] = row[0]
        return found

    def vectors(self, ids: Sequence[int]) -> Vectors:
        """The chunks' vectors, shape (len(ids), dimension), in the order of ``ids``."""
        by_id: dict[int, bytes] = {}
        for at in range(0, len(ids), 500):
            part = ids[at : at + 500]
            marks = ",".join("?" * len(part))
            by_id |= dict(self._all(f"SELECT id, vector FROM chunks WHERE id IN ({marks})", *part))
        vectors = np.empty((len(ids), self.embedder().dimension), np.float32)
        for row, chunk_id in enumerate(ids):
            vectors[row] = np.frombuffer(by_id[chunk_id], "<f4")
        return vectors

    def match(
        self,
        expression: str,
        limit: int,
        context_weight: float,
        scope: Scope | None = None,
    ) -> list[tuple[int, float]]:
        """Chunk ids and BM25 scores, best (highest) first, for an FTS5 expression.

        Only chunks within the scope, where one is given.
        """
        if not expression:
            return []
        within, values = "", list[object]()
        if scope is not None:
            where, values = _condition(scope)
            within = f" AND +rowid IN (SELECT chunks.id {_CHUNKS} WHERE {where})"
        rows = self._all(
            f"SELECT rowid, -bm25(terms, 1.0, {float(context_weight)}) AS score FROM terms"
            f" WHERE terms MATCH ?{within} ORDER BY score DESC, rowid LIMIT ?",
            expression,
            *values,
            limit,
        )
        return [(row[0], row[1]) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The chunks as passages with score 0, by id; ids that are gone are left out."""
        marks = ",".join("?" * len(ids))
        rows = self._all(
            "SELECT chunks.id, chunks.text, source, number, start, end, headings, sentences,"
            " title FROM chunks JOIN documents ON documents.id = chunks.document_id"
            " JOIN pages ON pages.document_id = chunks.document_id"
            f" AND pages.ordinal = chunks.ordinal WHERE chunks.id IN ({marks})",
            *ids,
        )
        return {
            row[0]: Passage(
                text=row[1], source=row[2], page=row[3], score=0.0, start=row[4], end=row[5],
                headings=tuple(json.loads(row[6])),
                sentences=tuple((start, end) for start, end in json.loads(row[7])),
                title=row[8], chunk_id=row[0],
            )
            for row in rows
        }  # fmt: skip

    def page_text(self, source: str, page: int | None) -> str | None:
        """The whole text of a page, into which offsets count; None where there is none."""
        row = self._one(
            "SELECT pages.text FROM pages JOIN documents ON documents.id = document_id"
            " WHERE source = ? AND number IS ? ORDER BY ordinal LIMIT 1",
            source,
            page,
        )
        return row[0] if row else None

    def sha256_of(self, sources: Iterable[str]) -> dict[str, str]:
        """The hash of each source's file as it was indexed."""
        found: dict[str, str] = {}
        for source in set(sources):
            if row := self._one("SELECT sha256 FROM documents WHERE source = ?", source):
                found[source] = row[0]
        return found

    # -- inside -----------------------------------------------------------------------------

    def _create(self, embedder: EmbedderIdentity) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(TABLES):
            self._connection.execute(statement)
        for key, value in {
            "format": FORMAT,
            "embedder": embedder.to_json(),
            "commit": "0",
        }.items():
            self.set_meta(key, value)
        self._connection.execute("COMMIT")

    def _one(self, sql: str, *values: object) -> tuple | None:  # type: ignore[type-arg]
        with self._lock:
            row: tuple | None = self._connection.execute(sql, values).fetchone()  # type: ignore[type-arg]
            return row

    def _all(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


_CHUNKS = (
    "FROM chunks JOIN documents ON documents.id = chunks.document_id"
    " JOIN pages ON pages.document_id = chunks.document_id AND pages.ordinal = chunks.ordinal"
)


def _condition(scope: Scope) -> tuple[str, list[object]]:
    """A scope as SQL over ``_CHUNKS``, and its values."""
    clauses, values = ["1"], list[object]()
    if scope.sources is not None:
        either = " OR ".join(["source = ? OR source GLOB ?"] * len(scope.sources)) or "0"
        clauses.append(f"({either})")
        values += [name for source in scope.sources for name in (source, source)]
    if scope.pages is not None:
        clauses.append("number BETWEEN ? AND ?")
        values += scope.pages
    if scope.modified_after is not None:
        clauses.append("modified > ?")
        values.append(scope.modified_after.timestamp())
    return " AND ".join(clauses), values


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _context_terms(source: str, title: str, headings: Sequence[str], language: str) -> str:
    words = " ".join([Path(source).stem.replace("_", " "), title, *headings])
    return " ".join(terms.analyse(words, "pt" if language == "pt" else "en"))


def _not_found(folder: Path) -> str:
    others = sorted(p.parent.name for p in folder.parent.glob(f"*/{DATABASE_FILE}"))
    known = f" Indexes here: {', '.join(others)}." if others else ""
    return (
        f"There is no index {folder.name!r} in {folder.parent}.{known}"
        f" Build one: python -m ingest DOCS --index {folder.name}."
    )
