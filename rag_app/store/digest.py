"""A document's rows as one SHA-256, so that damage to any of them is noticed."""

import hashlib
import sqlite3

VERSION = "2"  # of what is digested; digests of another version are not compared

# Everything but what depends on when and where the folder was read: row ids, root, time.
_ROWS = (
    "SELECT source, sha256, size, title, language, loader, outcome, rules FROM documents"
    " WHERE id = ?",
    "SELECT ordinal, number, text FROM pages WHERE document_id = ? ORDER BY ordinal",
    "SELECT key, ordinal, start, end, text, headings, sentences, tokens, embedded, vector"
    " FROM chunks WHERE document_id = ? ORDER BY ordinal, start, end, key",
    "SELECT vectors FROM sentence_vectors JOIN chunks ON id = chunk_id"
    " WHERE document_id = ? ORDER BY ordinal, start, end, key",
)
_HAS_SENTENCES = "SELECT 1 FROM sqlite_schema WHERE name = 'sentence_vectors'"


def document_digest(connection: sqlite3.Connection, document: int) -> str:
    """The version and, in hexadecimal, the SHA-256 of a document's rows; equal for equal rows."""
    digest = hashlib.sha256()
    is_old = not connection.execute(_HAS_SENTENCES).fetchone()
    for sql in _ROWS[:-1] if is_old else _ROWS:
        for row in connection.execute(sql, (document,)):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                digest.update(f"{type(value).__name__} {len(data)} ".encode())
                digest.update(data)
    return f"{VERSION}:{digest.hexdigest()}"
