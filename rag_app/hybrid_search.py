"""Both searches of an index, dense and lexical, over all of it and over what the question names."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from rag_app.embedding import Embedder, Vectors
from rag_app.fusion import (
    DENSE_NEIGHBOUR_SHARE,
    DENSE_WEIGHT,
    LEXICAL_NEIGHBOUR_SHARE,
    ROUTE_WEIGHT,
    Fused,
    add,
    fuse,
    lift,
    smooth,
)
from rag_app.language import detect
from rag_app.question.routing import route
from rag_app.store.reader import IndexReader
from rag_app.values import Scope

_CANDIDATES = 100  # of each search, before they are fused
_MATCHES = 200  # of BM25, before neighbours lend each other their scores
_NEAREST = 150  # vectors, likewise
_NEARLY = 0.6  # of the best-named document's score: as far down others count as named too
_FEW, _SHARE = 3, 0.3  # more documents than these are no choice
_CONTEXT_WEIGHT = 0.3  # BM25 weight of file name, title and headings, beside the text's 1
_MEANINGS_WEIGHT = 0.5  # of the glossary's words in BM25, beside the question's 1

_embedding = ThreadPoolExecutor(2, "query-embedding")


@dataclass(frozen=True)
class Query:
    """A question, and what the glossary says that its terms mean."""

    question: str
    meanings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    ranked: list[Fused]  # best first
    names_documents: bool  # whether the question does


def search(
    reader: IndexReader, embedder: Embedder, query: Query, limit: int, scope: Scope | None
) -> Found:
    """The chunks that speak of the question, ``limit`` of each search or more.

    Over the scope, and once more over the documents of it that the question names; within the
    reader's ``snapshot``.
    """
    allowed = None if scope is None else reader.database.chunks_in(scope)
    if allowed is not None and not allowed:
        return Found([], names_documents=False)
    names = reader.names()
    if allowed is not None:
        names = {source: names[source] for source in set(allowed.values())}
    meant = route(query.question, names, reader.share_with)
    named = _likely(meant, len(names))
    narrower = replace(scope or Scope(), sources=tuple(named))
    chunks = reader.database.chunks_in(narrower) if named else {}
    # The embedder and the keyword search keep a core each busy meanwhile.
    embedded = _embedding.submit(_vector, query, embedder)
    words = [] if chunks else query.meanings  # documents that are named hold what they mean
    lexical = _lexical(reader, query.question, words, limit, scope)
    within = _lexical(reader, query.question, query.meanings, limit, narrower) if chunks else []
    vector = embedded.result()
    weight = DENSE_WEIGHT[detect(query.question)]
    dense = _dense(reader, vector, limit, None if allowed is None else list(allowed))
    everywhere = fuse(dense, lexical, weight)
    if not chunks:
        return Found(everywhere, bool(meant))
    routed = fuse(_dense(reader, vector, limit, list(chunks)), within, weight)
    trust = {chunk: named[source] for chunk, source in chunks.items()}
    lifted = lift(everywhere, routed, trust, ROUTE_WEIGHT[detect(query.question)])
    return Found(lifted, names_documents=True)


def _likely(named: dict[str, float], documents: int) -> dict[str, float]:
    """The few documents that a question names, each with how far; none where it names many."""
    best = max(named.values(), default=0.0)
    likely = {source: score for source, score in named.items() if score >= _NEARLY * best}
    return likely if len(likely) <= max(_FEW, _SHARE * documents) else {}


def _vector(query: Query, embedder: Embedder) -> Vectors:
    """Half the question, half the mean of its terms' meanings; shape (dimension,)."""
    vectors = embedder.query_vectors([query.question, *query.meanings])
    if not query.meanings:
        return cast(Vectors, vectors[0])
    both = vectors[0] + vectors[1:].mean(axis=0)
    return cast(Vectors, both / max(float(np.linalg.norm(both)), 1e-12))


def _lexical(
    reader: IndexReader, question: str, meanings: Sequence[str], limit: int, scope: Scope | None
) -> list[tuple[int, float]]:
    most = max(_MATCHES, limit)
    found = reader.lexical(question, most, _CONTEXT_WEIGHT, scope)
    if meanings:
        wider = reader.lexical(" ".join(meanings), most, _CONTEXT_WEIGHT, scope)
        found = add(found, wider, _MEANINGS_WEIGHT)
    near = {beside for chunk, _ in found for beside in (chunk - 1, chunk, chunk + 1)}
    pages = reader.pages_of(sorted(near))
    return smooth(found, pages, LEXICAL_NEIGHBOUR_SHARE)[: max(_CANDIDATES, limit)]


def _dense(
    reader: IndexReader, vector: Vectors, limit: int, among: Sequence[int] | None
) -> list[tuple[int, float]]:
    found = reader.dense(vector, max(_NEAREST, limit), among)
    known = reader.pages_of([chunk for chunk, _ in found])
    pages = {chunk: known[chunk] for chunk, _ in found}  # others are not far, but not known
    return smooth(found, pages, DENSE_NEIGHBOUR_SHARE)[: max(_CANDIDATES, limit)]
