"""What an index holds, read: documents, pages, chunks, vectors, terms."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag_app import terms
from rag_app.embedding import Vectors
from rag_app.errors import IndexDamaged
from rag_app.language import language_of
from rag_app.sentences import Span
from rag_app.store.connection import named_errors
from rag_app.store.digest import VERSION, document_digest
from rag_app.store.keywords import Keywords, condition, named
from rag_app.store.vector_rows import VectorRows
from rag_app.values import INDEXED, Chunk, DocumentRecord, Page, Passage, Scope


@dataclass(frozen=True)
class EmbeddedChunk:
    """A chunk, the text that was embedded for it, and the vector that came of it."""

    chunk: Chunk
    embedded: bytes  # ``embedded_digest`` of what the embedder read
    vector: Vectors
    sentence_vectors: Vectors | None = None  # shape (sentences, dimension); see Embedder


def embedded_digest(text: str, sentences: Sequence[Span]) -> bytes:
    """The SHA-256 of what decides a chunk's vectors: the embedded text, its sentences' places."""
    return hashlib.sha256(f"{json.dumps(sentences)}\n{text}".encode()).digest()


class Contents(VectorRows, Keywords):
    """Every question that is put to an index's tables."""

    def documents(self) -> list[DocumentRecord]:
        """Every file that the index knows, by source."""
        # A page's row holds its text: the last one's number is read, the others are not counted.
        rows = self._all(
            "SELECT source, sha256, size, title, language, loader, outcome, detail,"
            " coalesce((SELECT max(ordinal) + 1 FROM pages WHERE document_id = documents.id), 0),"
            " (SELECT count(*) FROM chunks WHERE document_id = documents.id),"
            " modified FROM documents ORDER BY source"
        )
        return [DocumentRecord(*row) for row in rows]

    def roots_and_rules(self) -> dict[str, tuple[str, str]]:
        """By source: the folder that it was ingested from, and the rules it was split by."""
        rows = self._all("SELECT source, root, rules FROM documents")
        return {source: (root, rules) for source, root, rules in rows}

    def holds_any(self, sources: Sequence[str]) -> bool:
        """Whether any file that was read is among these files, folders and patterns."""
        within, values = named(sources)
        sql = f"SELECT 1 FROM documents WHERE outcome = ? AND {within} LIMIT 1"
        return self._one(sql, INDEXED, *values) is not None

    def chunks_in(self, scope: Scope) -> dict[int, str]:
        """The chunks within a scope: row id -> source."""
        where, values = condition(scope)
        rows = self._all(
            "SELECT chunks.id, source FROM chunks CROSS JOIN documents"
            f" ON documents.id = document_id WHERE {where}",
            *values,
        )
        return dict(rows)

    def first_chunks(self, scope: Scope) -> list[int]:
        """The first chunk within a scope of every document, by source."""
        where, values = condition(scope)
        rows = self._all(
            "SELECT min(chunks.id) FROM chunks CROSS JOIN documents ON documents.id = document_id"
            f" WHERE {where} GROUP BY document_id ORDER BY source",
            *values,
        )
        return [chunk for (chunk,) in rows]

    def pages_of(self, ids: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
        """For each chunk, or all, a pair that it shares with the other chunks of its page alone."""
        sql = "SELECT id, document_id, ordinal FROM chunks"
        rows = self._all(sql) if ids is None else self._rows_of(ids, f"{sql} WHERE id IN ({{ids}})")
        return {row[0]: (row[1], row[2]) for row in rows}

    def openings(self, characters: int, chunks: int) -> list[tuple[str, str, str]]:
        """Source, title and first ``characters`` of every indexed document.

        A document of fewer ``chunks`` has no opening: it is hardly more than that.
        """
        rows = self._all(
            "SELECT source, title, CASE WHEN EXISTS"
            " (SELECT 1 FROM chunks WHERE document_id = documents.id LIMIT 1 OFFSET ?)"
            " THEN (SELECT substr(pages.text, 1, ?) FROM pages"
            " WHERE document_id = documents.id AND ordinal = 0) END"
            " FROM documents WHERE outcome = ?",
            chunks - 1,
            characters,
            INDEXED,
        )
        return [(source, title, opening or "") for source, title, opening in rows]

    def passages_in_order(self, ids: Sequence[int]) -> list[Passage]:
        """The chunks as passages, in the order of ``ids``."""
        found = self.passages(ids)
        return [found[chunk] for chunk in ids if chunk in found]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """The chunks as passages with score 0, by id; ids that are gone are left out."""
        rows = self._rows_of(
            ids,
            "SELECT chunks.id, chunks.text, source, number, start, end, headings, sentences,"
            " title FROM chunks JOIN documents ON documents.id = chunks.document_id"
            " JOIN pages ON pages.document_id = chunks.document_id"
            " AND pages.ordinal = chunks.ordinal WHERE chunks.id IN ({ids})",
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

    def page_around(self, chunk: int) -> str | None:
        """The whole text of the page that a chunk stands on; None where the chunk is gone.

        Found at once, however long the document; ``page_text`` goes through its pages.
        """
        row = self._one(
            "SELECT pages.text FROM chunks JOIN pages ON pages.document_id = chunks.document_id"
            " AND pages.ordinal = chunks.ordinal WHERE chunks.id = ?",
            chunk,
        )
        return row[0] if row else None

    def sha256_of(self, sources: Iterable[str]) -> dict[str, str]:
        """The hash of each source's file as it was indexed."""
        found: dict[str, str] = {}
        for source in set(sources):
            if row := self._one("SELECT sha256 FROM documents WHERE source = ?", source):
                found[source] = row[0]
        return found

    def contents_sha256(self) -> str:
        """The SHA-256 of every document's source and digest, in hexadecimal."""
        kept = self.kept_digests()
        digest = hashlib.sha256()
        for source, *made in self._all(
            "SELECT source, sha256, outcome, rules FROM documents ORDER BY source"
        ):
            digest.update(f"{source!r} {kept.get(source, made)}\n".encode())
        return digest.hexdigest()

    def origin_of(self, source: str) -> tuple[Path, str] | None:
        """The folder that a source was ingested from, and its file's hash then; None if unknown."""
        row = self._one("SELECT root, sha256 FROM documents WHERE source = ?", source)
        return (Path(row[0]), row[1]) if row else None

    # -- whole documents, for checking and mending ------------------------------------------

    def pages_of_document(self, source: str) -> list[Page]:
        """A document's pages, without their headings and rows, which no index keeps."""
        rows = self._all(
            "SELECT number, pages.text FROM pages JOIN documents ON documents.id = document_id"
            " WHERE source = ? ORDER BY ordinal",
            source,
        )
        return [Page(number, text) for number, text in rows]

    def page_numbers(self, source: str) -> list[int | None]:
        """The numbers of a document's pages, in order; None for a format without pages."""
        rows = self._all(
            "SELECT number FROM pages JOIN documents ON documents.id = document_id"
            " WHERE source = ? ORDER BY ordinal",
            source,
        )
        return [row[0] for row in rows]

    def chunks_of_page(self, source: str, ordinal: int) -> list[Chunk]:
        """The chunks of a document's page, counted from 0, in order."""
        rows = self._all(
            "SELECT start, end, text, headings, tokens FROM chunks"
            " JOIN documents ON documents.id = document_id WHERE source = ? AND ordinal = ?"
            " ORDER BY chunks.id",
            source,
            ordinal,
        )
        return [
            Chunk(ordinal, start, end, text, tuple(json.loads(headings)), tokens)
            for start, end, text, headings, tokens in rows
        ]

    def tokens_by_source(self) -> dict[str, int]:
        """How many of the embedder's tokens the chunks of each document hold."""
        return dict(
            self._all(
                "SELECT source, sum(tokens) FROM chunks"
                " JOIN documents ON documents.id = document_id GROUP BY document_id"
            )
        )

    def embedded_chunks_of(self, source: str) -> list[EmbeddedChunk]:
        """A document's chunks with their vectors, in order."""
        rows = self._all(
            "SELECT ordinal, start, end, text, headings, tokens, sentences, embedded, vector,"
            " vectors FROM chunks JOIN documents ON documents.id = document_id"
            " LEFT JOIN sentence_vectors ON chunk_id = chunks.id WHERE source = ?"
            " ORDER BY chunks.id",
            source,
        )
        dimension = self.embedder().dimension
        return [
            EmbeddedChunk(
                Chunk(
                    row[0], row[1], row[2], row[3], tuple(json.loads(row[4])), row[5],
                    tuple((start, end) for start, end in json.loads(row[6])),
                ),
                row[7],
                self._whole(row[8], dimension),
                None if row[9] is None else self._whole_sentences(row[9], dimension),
            )
            for row in rows
        ]  # fmt: skip

    def kept_digests(self) -> dict[str, str]:
        """The digest of each document's rows as they were written, by source."""
        if not self.has_table("digests"):
            return {}  # an older version made the index
        rows = self._all(
            "SELECT source, digests.sha256 FROM digests JOIN documents ON id = document_id"
        )
        return {source: kept for source, kept in rows if kept.startswith(f"{VERSION}:")}

    def digest_now(self, source: str) -> str:
        """The digest of a document's rows as they are."""
        row = self._one("SELECT id FROM documents WHERE source = ?", source)
        with self._lock, named_errors(self.folder):
            return document_digest(self._connection, row[0] if row else 0)

    def wrong_terms(self) -> list[str]:
        """Sources of documents whose keyword rows are not what their chunks' text makes."""
        rows = self._all(
            "SELECT source, language, chunks.text, terms.body FROM chunks"
            " JOIN documents ON documents.id = document_id"
            " LEFT JOIN terms ON terms.rowid = chunks.id WHERE rules LIKE ?",
            f"%terms {terms.VERSION},%",
        )
        return sorted(
            {
                source
                for source, language, text, body in rows
                if " ".join(terms.analyse(text, language_of(language))) != body
            }
        )

    def structural_faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file: broken pages, trees, references."""
        found = [row[0] for row in self._all("PRAGMA integrity_check(20)") if row[0] != "ok"]
        found += [f"row {row[1]} of {row[0]}" for row in self._all("PRAGMA foreign_key_check")][:20]
        return found

    def keyword_fault(self) -> str:
        """What is wrong with the tree of keywords, "" where nothing is; waits for a writer."""
        try:
            with self._lock, named_errors(self.folder):
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    self._connection.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
                finally:
                    self._connection.execute("ROLLBACK")
        except IndexDamaged as error:
            return str(error.__cause__)
        return ""
