"""The index's SQLite file: what was read, what was made of it, and which models made it."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag_app import terms
from rag_app.embedding import EmbedderIdentity
from rag_app.errors import EmbedderMismatch
from rag_app.language import language_of
from rag_app.models.embedding_engines import EmbeddedText
from rag_app.store.contents import Contents, EmbeddedChunk
from rag_app.store.digest import document_digest
from rag_app.store.vector_rows import packed
from rag_app.values import DocumentRecord, Page


class Database(Contents):
    """One index, read and written; documents are changed within ``change()``."""

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
        assert document is not None
        self._note_digest(document)

    def _put_chunk(self, record: DocumentRecord, document: int | None, item: EmbeddedChunk) -> None:
        chunk = item.chunk
        key = _key(record.source, chunk.page, chunk.start, chunk.end, item.embedded)
        cursor = self._connection.execute(
            "INSERT INTO chunks (key, document_id, ordinal, start, end, text, headings,"
            " sentences, tokens, embedded, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key, document, chunk.page, chunk.start, chunk.end, chunk.text,
                json.dumps(chunk.headings, ensure_ascii=False), json.dumps(chunk.sentences),
                chunk.tokens, item.embedded, item.vector.astype("<f4").tobytes(),
            ),
        )  # fmt: skip
        if item.sentence_vectors is not None:
            self._connection.execute(
                "INSERT INTO sentence_vectors VALUES (?, ?)",
                (cursor.lastrowid, packed(item.sentence_vectors)),
            )
        self._connection.execute(
            "INSERT INTO terms (rowid, body, context) VALUES (?, ?, ?)",
            (
                cursor.lastrowid,
                " ".join(terms.analyse(chunk.text, language_of(record.language))),
                _context_terms(record.source, record.title, chunk.headings, record.language),
            ),
        )

    def note_digests(self, sources: Iterable[str]) -> None:
        """Take the rows of documents that have no digest as they are; within ``change()``."""
        for source in sources:
            (document,) = self._connection.execute(
                "SELECT id FROM documents WHERE source = ?", (source,)
            ).fetchone()
            self._note_digest(document)

    def _note_digest(self, document: int) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO digests VALUES (?, ?)",
            (document, document_digest(self._connection, document)),
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
            key = _key(record.source, ordinal, start, end, embedded)
            self._connection.execute("UPDATE chunks SET key = ? WHERE id = ?", (key, row_id))
            self._connection.execute(
                "UPDATE terms SET context = ? WHERE rowid = ?",
                (_context_terms(record.source, title, json.loads(headings), language), row_id),
            )
        self._connection.execute(
            "UPDATE documents SET source = ?, root = ?, modified = ? WHERE source = ?",
            (record.source, root, record.modified, old_source),
        )
        (document,) = self._connection.execute(
            "SELECT id FROM documents WHERE source = ?", (record.source,)
        ).fetchone()
        self._note_digest(document)

    def known_vectors(self, embedded: Iterable[bytes]) -> dict[bytes, EmbeddedText]:
        """Vectors that the index already holds, by the SHA-256 of what was embedded."""
        found: dict[bytes, EmbeddedText] = {}
        dimension = self.embedder().dimension
        for digest in set(embedded):
            row = self._one(
                "SELECT vector, vectors FROM chunks"
                " LEFT JOIN sentence_vectors ON chunk_id = id WHERE embedded = ? LIMIT 1",
                digest,
            )
            if row:
                sentences = None if row[1] is None else self._whole_sentences(row[1], dimension)
                found[digest] = EmbeddedText(self._whole(row[0], dimension), sentences)
        return found


def _key(source: str, ordinal: int, start: int, end: int, embedded: bytes) -> str:
    """The same for the same words at the same place of a file, however the index came about."""
    place = f"{source}\n{ordinal}\n{start}\n{end}\n".encode()
    return hashlib.sha256(place + embedded).hexdigest()[:32]


def _context_terms(source: str, title: str, headings: Sequence[str], language: str) -> str:
    name = unicodedata.normalize("NFC", Path(source).stem.replace("_", " "))
    words = " ".join([name, title, *headings])
    return " ".join(terms.analyse(words, language_of(language)))
