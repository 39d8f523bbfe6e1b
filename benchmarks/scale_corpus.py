"""An index of any size, made up: Zipfian words, clustered vectors, written through Database."""

import hashlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag_app.embedding import EmbedderIdentity
from rag_app.store.contents import EmbeddedChunk
from rag_app.store.database import Database
from rag_app.values import INDEXED, Chunk, DocumentRecord, Page

CHUNKS_A_DOCUMENT, _CHUNKS_A_PAGE = 50, 5
_DOCUMENTS_A_COMMIT = 40
_WORDS_A_CHUNK = (60, 110)  # telling words; stop words are not indexed
_VOCABULARY = 200_000
_FLATTENED = 10  # Zipf's law with Mandelbrot's shift: the commonest word is in half the chunks
_SYLLABLES = [a + b for a in "bcdfglmnprtvz" for b in "aeiou"]
_DIMENSION, _LATENT = 384, 48  # a sentence embedder fills few of its dimensions
_TOPICS, _SPREAD = 2_000, 0.7  # subjects, and how far a chunk lies from its own


class Corpus:
    """A source of chunks; the same seed makes the same ones."""

    def __init__(self, identity: EmbedderIdentity, seed: int = 1) -> None:
        assert identity.dimension == _DIMENSION
        self._identity = identity
        self._generator = np.random.default_rng(seed)
        fixed = np.random.default_rng(0)
        self._words = np.array([_word(rank) for rank in range(_VOCABULARY)], object)
        shares = 1 / (np.arange(_VOCABULARY) + _FLATTENED)
        self._cumulative = np.cumsum(shares / shares.sum())
        # Later directions carry less, as principal components of real vectors do.
        falling = (np.arange(1, _LATENT + 1) ** -0.5)[:, None]
        self._to_space = (fixed.standard_normal((_LATENT, _DIMENSION)) * falling).astype(np.float32)
        self._topics = fixed.standard_normal((_TOPICS, _LATENT)).astype(np.float32)

    def write(self, folder: Path, chunks: int) -> None:
        """An index of so many chunks in ``folder``; FAISS's file is left to be made."""
        folder.mkdir(parents=True)
        database = Database(folder, embedder=self._identity)
        documents = range(chunks // CHUNKS_A_DOCUMENT)
        for first in range(0, len(documents), _DOCUMENTS_A_COMMIT):
            with database.change():
                for number in documents[first : first + _DOCUMENTS_A_COMMIT]:
                    self._put(database, number)
        database.empty_log()
        database.close()

    def vectors(self, count: int) -> NDArray[np.float32]:
        """Shape (count, 384), of unit length."""
        topics = self._topics[self._generator.integers(_TOPICS, size=count)]
        noise = self._generator.standard_normal((count, _LATENT), np.float32)
        vectors = (topics + _SPREAD * noise) @ self._to_space
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def words(self, count: int) -> list[str]:
        """Words as often as they are met in texts."""
        ranks = np.searchsorted(self._cumulative, self._generator.random(count))
        return list(self._words[np.minimum(ranks, _VOCABULARY - 1)])

    def _put(self, database: Database, number: int) -> None:
        sizes = self._generator.integers(*_WORDS_A_CHUNK, size=CHUNKS_A_DOCUMENT)
        vectors, words = self.vectors(CHUNKS_A_DOCUMENT), self.words(int(sizes.sum()))
        ends = [0, *accumulate(int(size) for size in sizes)]
        texts = [" ".join(words[ends[i] : ends[i + 1]]) for i in range(CHUNKS_A_DOCUMENT)]
        pages = [
            Page(1 + at // _CHUNKS_A_PAGE, "\n".join(texts[at : at + _CHUNKS_A_PAGE]))
            for at in range(0, CHUNKS_A_DOCUMENT, _CHUNKS_A_PAGE)
        ]
        title = " ".join(self.words(4))
        record = DocumentRecord(
            source=f"{number:06}-{title.split()[0]}.txt", sha256=f"{number:064x}", size=0,
            title=title, language="en", loader="made up", outcome=INDEXED, detail="",
            pages=len(pages), chunks=len(texts), modified=float(number),
        )  # fmt: skip
        database.put_document(record, "", "made up", pages, _embedded(texts, vectors))


def _embedded(texts: list[str], vectors: NDArray[np.float32]) -> Iterator[EmbeddedChunk]:
    at = 0
    for i, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
        at = 0 if i % _CHUNKS_A_PAGE == 0 else at
        end = at + len(text)
        chunk = Chunk(i // _CHUNKS_A_PAGE, at, end, text, (), len(text) // 4, ((at, end),))
        yield EmbeddedChunk(chunk, hashlib.sha256(text.encode()).digest(), vector)
        at = end + 1


def _word(rank: int) -> str:
    """Pronounceable, so that it is analysed as words are."""
    word = ""
    rank += len(_SYLLABLES)
    while rank:
        rank, syllable = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word
