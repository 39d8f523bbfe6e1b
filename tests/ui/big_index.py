"""An index of thousands of files, written straight into the store: no file is parsed."""

from contextlib import closing
from pathlib import Path

import numpy as np

from rag_app.embedding import load_embedder
from rag_app.settings import Settings
from rag_app.store.contents import EmbeddedChunk
from rag_app.store.database import Database
from rag_app.store.places import index_folder, make_folder
from rag_app.store.vectors import VectorIndex
from rag_app.values import INDEXED, Chunk, DocumentRecord, Page


def build(settings: Settings, *, files: int, chunks: int, name: str = "default") -> Path:
    """Files report-00000.md and so on; every hundredth one failed, every third is Portuguese."""
    home = index_folder(settings, name)
    make_folder(home)
    identity = load_embedder(settings).identity
    vectors = np.random.default_rng(0).normal(size=(chunks, identity.dimension))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    with closing(Database(home, embedder=identity)) as database:
        for start in range(0, files, 1000):
            with database.change():
                for number in range(start, min(start + 1000, files)):
                    _put(database, number, chunks, vectors)
        VectorIndex(home).save(database)
        database.empty_log()
    return home


def _put(database: Database, number: int, chunks: int, vectors: np.ndarray) -> None:
    failed = number % 100 == 99
    text = "".join(f"Sentence {part} of report {number} says little. " for part in range(chunks))
    length = len(text) // chunks
    pieces = [
        EmbeddedChunk(
            Chunk(0, i * length, (i + 1) * length, text[i * length : (i + 1) * length], (), 12),
            b"%032d" % (number * chunks + i),
            vectors[i],
        )
        for i in range(chunks)
    ]
    record = DocumentRecord(
        source=f"year-{2000 + number % 20}/report-{number:05}.md", sha256=f"{number:064x}",
        size=1000 + number, title=f"Report {number}", language="pt" if number % 3 == 0 else "en",
        loader="markdown", outcome="corrupt" if failed else INDEXED,
        detail="it ends in the middle of a table" if failed else "", pages=1, chunks=chunks,
        modified=1.7e9 + 3600 * number,
    )  # fmt: skip
    if failed:
        database.put_document(record, "/gone", "rules", (), ())
    else:
        database.put_document(record, "/gone", "rules", (Page(None, text),), pieces)
