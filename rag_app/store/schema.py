"""What the index's SQLite file holds."""

FORMAT = "1"  # of the tables below; a file of another format is refused by name

DATABASE_FILE = "index.sqlite"
VECTORS_FILE = "vectors.faiss"
LOCK_FILE = "writer.lock"
ROOTS_FILE = "folders.jsonl"  # what the index was ingested from, a JSON string a line

TABLES = """
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE documents (
    id       INTEGER PRIMARY KEY,
    source   TEXT NOT NULL UNIQUE,  -- path relative to root, with "/"
    root     TEXT NOT NULL,         -- the ingested folder, absolute
    sha256   TEXT NOT NULL,         -- of the file's bytes
    size     INTEGER NOT NULL,      -- bytes
    modified REAL NOT NULL,         -- seconds since the epoch
    loader   TEXT NOT NULL,
    title    TEXT NOT NULL,
    language TEXT NOT NULL,
    rules    TEXT NOT NULL,         -- by which it was read, split and analysed
    outcome  TEXT NOT NULL,         -- "indexed", or the reason why not
    detail   TEXT NOT NULL
);

CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal     INTEGER NOT NULL,  -- from 0
    number      INTEGER,           -- from 1; NULL where the format has no pages
    text        TEXT NOT NULL,
    PRIMARY KEY (document_id, ordinal)
) WITHOUT ROWID;

-- AUTOINCREMENT: a chunk's row id is never given to another chunk, so that a vector kept
-- under it, in FAISS or in a reader's memory, is either that chunk's or no one's.
CREATE TABLE chunks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         TEXT NOT NULL,     -- the same for the same words at the same place of a file
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal     INTEGER NOT NULL,  -- of the page
    start       INTEGER NOT NULL,  -- characters into the page's text
    end         INTEGER NOT NULL,
    text        TEXT NOT NULL,
    headings    TEXT NOT NULL,     -- JSON list, outermost first
    sentences   TEXT NOT NULL,     -- JSON list of [start, end)
    tokens      INTEGER NOT NULL,
    embedded    BLOB NOT NULL,     -- SHA-256 of what was embedded
    vector      BLOB NOT NULL      -- float32, little-endian
);
CREATE INDEX chunks_by_document ON chunks (document_id);
CREATE INDEX chunks_by_embedded ON chunks (embedded);

-- Rows hold analysed terms, not text: see terms.analyse.
CREATE VIRTUAL TABLE terms USING fts5 (
    body, context, tokenize = "unicode61 remove_diacritics 0 tokenchars '._'"
);
CREATE VIRTUAL TABLE term_counts USING fts5vocab (terms, row);
"""

# Made by the next writer where an older version made the index.
ADDED_TABLES = """
CREATE TABLE IF NOT EXISTS sentence_vectors (
    chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE,
    vectors  BLOB NOT NULL  -- a row a sentence, each scaled to the whole range of int8
);

CREATE TABLE IF NOT EXISTS digests (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    sha256      TEXT NOT NULL  -- of all that the document's rows hold; see store/digest.py
);

-- Which chunks went, so that a reader need not compare all of them; the latest suffice.
CREATE TABLE IF NOT EXISTS deletions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id     INTEGER NOT NULL  -- of the chunk
);
CREATE TRIGGER IF NOT EXISTS deletion AFTER DELETE ON chunks BEGIN
    INSERT INTO deletions (id) VALUES (old.id);
    DELETE FROM deletions WHERE number <= (SELECT max(number) FROM deletions) - 100000;
END;
"""

# Of a connection, in memory: where each term stands.
OWN_TABLES = """
CREATE VIRTUAL TABLE temp.term_places USING fts5vocab (main, terms, instance);
"""
