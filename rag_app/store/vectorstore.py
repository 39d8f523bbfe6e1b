"""An index as LangChain's ``VectorStore``: for chains and tools of the ecosystem."""

import hashlib
import time
from collections.abc import Iterable
from contextlib import closing
from typing import Any, Self

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from rag_app import sentences
from rag_app.embedding import Embedder, load_embedder
from rag_app.errors import DocumentsError, SettingError
from rag_app.language import detect
from rag_app.settings import Settings, load_settings
from rag_app.store.connection import named_errors
from rag_app.store.contents import EmbeddedChunk, embedded_digest
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder, make_folder
from rag_app.store.reader import IndexReader, open_reader
from rag_app.values import INDEXED, Chunk, DocumentRecord, Page, Passage

_NO_FOLDER = ""  # the root of a document that is no file: no ingest takes it out


class IndexVectorStore(VectorStore):
    """Dense search over one index; ``rag_app.retrieve`` adds BM25 to it.

    Scores are cosines. Texts added here become documents of their own, each one chunk, under
    ``metadata["source"]`` or a name made of the text's hash; folders are ingested with
    ``python -m ingest``, which splits and watches them.
    """

    def __init__(self, index: str = "default", settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._folder = index_folder(self._settings, index)
        self._embedder = load_embedder(self._settings)

    @property
    def embeddings(self) -> Embedder:
        """The embedder of the settings."""
        return self._embedder

    def similarity_search(
        self,
        query: str,
        k: int = 4,
        **kwargs: Any,  # noqa: ANN401
    ) -> list[Document]:
        """The ``k`` nearest chunks. Raises IndexNotFound, IndexDamaged or EmbedderMismatch."""
        return [document for document, _ in self.similarity_search_with_score(query, k)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        **kwargs: Any,  # noqa: ANN401
    ) -> list[tuple[Document, float]]:
        """The ``k`` nearest chunks, each with its cosine."""
        vector = self._embedder.query_vectors([query])[0]
        return self._nearest(vector, k)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        **kwargs: Any,  # noqa: ANN401
    ) -> list[Document]:
        """The ``k`` chunks nearest to a vector of this embedder."""
        vector = np.asarray(embedding, np.float32)
        return [document for document, _ in self._nearest(vector, k)]

    def get_by_ids(self, ids: Any, /) -> list[Document]:  # noqa: ANN401
        """Chunks by the ids that a search gave; those that are gone are left out."""
        found = self._reader().database.passages([int(item) for item in ids])
        return [as_document(passage) for passage in found.values()]

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> list[str]:
        """Add texts and return their sources; one of a source that is there replaces it.

        Raises DocumentsError where a text is longer than the embedder reads, IndexBusy.
        """
        wanted = list(texts)
        for text in wanted:
            self._check_length(text)
        sources = [
            (ids[i] if ids else None)
            or (metadatas[i].get("source") if metadatas else None)
            or f"text-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
            for i, text in enumerate(wanted)
        ]
        chunks = [self._chunk(text) for text in wanted]
        encoded = self._embedder.encode_chunks(wanted, [chunk.sentences for chunk in chunks])
        with named_errors(self._folder):
            make_folder(self._folder)
        identity = self._embedder.identity
        with (
            writer_lock(self._folder),
            closing(Database(self._folder, embedder=identity)) as database,
        ):
            database.check_embedder(identity)
            with database.change():
                for source, chunk, made in zip(sources, chunks, encoded, strict=True):
                    text, digest = chunk.text, embedded_digest(chunk.text, chunk.sentences)
                    embedded = EmbeddedChunk(chunk, digest, made.vector, made.sentences)
                    page = Page(None, text)
                    database.put_document(_record(source, text), _NO_FOLDER, "", [page], [embedded])
            dense_search(database).save(database)
        return sources

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:  # noqa: ANN401
        """Take documents out by their sources. Raises IndexBusy, IndexNotFound."""
        self._reader()
        with writer_lock(self._folder), closing(Database(self._folder)) as database:
            with database.change():
                for source in ids or ():
                    database.remove_document(source)
            dense_search(database).save(database)
        return True

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        index: str = "default",
        settings: Settings | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Self:
        """A store with the texts added to ``index``. ``embedding`` must be the settings' own."""
        store = cls(index, settings)
        if not isinstance(embedding, Embedder) or embedding.identity != store.embeddings.identity:
            raise SettingError(
                "An index pins its embedder: pass rag_app.embedding.load_embedder(settings),"
                " and choose the model with RAG_EMBEDDER."
            )
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def _nearest(self, vector: Any, k: int) -> list[tuple[Document, float]]:  # noqa: ANN401
        reader = self._reader()
        with reader.snapshot():
            ranked = reader.dense(vector, k)
            found = reader.database.passages([chunk_id for chunk_id, _ in ranked])
        return [(as_document(found[chunk_id]), score) for chunk_id, score in ranked]

    def _reader(self) -> IndexReader:
        return open_reader(self._folder, self._embedder)

    def _select_relevance_score_fn(self) -> Any:  # noqa: ANN401
        return lambda cosine: max(0.0, cosine)

    def _check_length(self, text: str) -> None:
        tokens, limit = self._embedder.count_tokens(text), self._embedder.identity.max_tokens - 2
        if not text.strip():
            raise DocumentsError("An empty text cannot be added.")
        if tokens > limit:
            raise DocumentsError(
                f"A text of {tokens} tokens is longer than the {limit} that the embedder reads:"
                " split it, or save it as a file and run python -m ingest."
            )

    def _chunk(self, text: str) -> Chunk:
        spans = tuple(sentences.sentences(text))
        return Chunk(0, 0, len(text), text, (), self._embedder.count_tokens(text), spans)


def as_document(passage: Passage) -> Document:
    """A passage as LangChain's ``Document``, its place in the metadata."""
    metadata: dict[str, Any] = {
        "source": passage.source,
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "title": passage.title,
        "headings": list(passage.headings),
        "score": passage.score,
    }
    return Document(page_content=passage.text, metadata=metadata, id=str(passage.chunk_id))


def _record(source: str, text: str) -> DocumentRecord:
    data = text.encode()
    return DocumentRecord(
        source=source, sha256=hashlib.sha256(data).hexdigest(), size=len(data), title="",
        language=detect(text), loader="text", outcome=INDEXED, detail="", pages=1, chunks=1,
        modified=time.time(),
    )  # fmt: skip
