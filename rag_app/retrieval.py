"""From a question to the passages of the documents that speak of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag_app.embedding import Vectors, load_embedder
from rag_app.errors import QuestionError
from rag_app.fusion import (
    DENSE_WEIGHT,
    NEIGHBOUR_SHARE,
    ROUTE_WEIGHT,
    Fused,
    add,
    fuse,
    lift,
    smooth,
)
from rag_app.glossary import expand
from rag_app.language import detect
from rag_app.reranking import READS, rerank
from rag_app.routing import route
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.store.reader import IndexReader, open_reader
from rag_app.store.vectorstore import as_document
from rag_app.values import Explanation, Passage, Scope

_CANDIDATES = 100  # of each search, before they are fused
_MATCHES = 400  # of BM25, before neighbours lend each other their scores
_NEARLY = 0.6  # of the best-named document's score: as far down others count as named too
_FEW, _SHARE = 3, 0.3  # more documents than these are no choice
_CONTEXT_WEIGHT = 0.3  # BM25 weight of file name, title and headings, beside the text's 1
_EXPANSION_WEIGHT = 0.4  # of the glossary's words, beside the question's 1


def retrieve(
    question: str,
    k: int = 10,
    *,
    index: str = "default",
    settings: Settings | None = None,
    sources: Sequence[str] | None = None,
    pages: tuple[int, int] | None = None,
    modified_after: datetime | None = None,
    explain: bool = False,
) -> list[Passage]:
    """The ``k`` passages that speak most of the question, best first.

    Only within ``sources`` (paths as the index names them, or patterns with * and ?), within
    ``pages`` (first and last) and in files ``modified_after`` a time, where these are given: the
    rest is never searched. ``explain`` adds to each passage why it came up. Raises QuestionError,
    IndexNotFound, IndexDamaged, EmbedderMismatch, SettingError or ModelNotFound.
    """
    settings = settings or load_settings()
    question = checked(question, settings)
    scope = scope_of(sources, pages, modified_after)
    return find(question, k, index, settings, scope, explain=explain)


def find(
    question: str,
    k: int,
    index: str,
    settings: Settings,
    scope: Scope | None = None,
    *,
    explain: bool = False,
) -> list[Passage]:
    """``retrieve`` for a question that was checked."""
    embedder = load_embedder(settings)
    reader = open_reader(index_folder(settings, index), embedder)
    expansion = expand(question, settings)
    wordings = [question, f"{question} {expansion}"] if expansion else [question]
    vector = embedder.encode(wordings, kind="query").mean(axis=0)
    query = _Query(question, expansion, vector)
    wanted = max(k, READS) if settings.reranker else k
    with reader.snapshot():
        fused = _search(reader, query, max(_CANDIDATES, k), scope)[:wanted]
        found = reader.database.passages([item.chunk_id for item in fused])
    passages = [
        replace(
            found[item.chunk_id],
            score=item.score,
            dense_rank=item.dense_rank,
            lexical_rank=item.lexical_rank,
            explanation=Explanation(item.score, item.routed, expansion) if explain else None,
        )
        for item in fused
    ]
    return rerank(question, passages, settings)[:k]


def scope_of(
    sources: Sequence[str] | None, pages: tuple[int, int] | None, modified_after: datetime | None
) -> Scope | None:
    """The part of an index that is meant; None is the whole of it."""
    if sources is None and pages is None and modified_after is None:
        return None
    return Scope(None if sources is None else tuple(sources), pages, modified_after)


@dataclass(frozen=True)
class _Query:
    """A question as the two searches read it."""

    question: str
    expansion: str  # the glossary's words
    vector: Vectors  # shape (dimension,); the mean of the question's, with and without them


def _search(reader: IndexReader, query: _Query, limit: int, scope: Scope | None) -> list[Fused]:
    """Both searches over the scope, and over the documents of it that the question names."""
    allowed = None if scope is None else reader.database.chunks_in(scope)
    if allowed is not None and not allowed:
        return []
    everywhere = _fused(reader, query, limit, scope, allowed)
    names = reader.names()
    if allowed is not None:
        names = {source: names[source] for source in set(allowed.values())}
    named = route(query.question, names)
    best = max(named.values(), default=0.0)
    likely = [source for source, score in named.items() if score >= _NEARLY * best]
    if not likely or len(likely) > max(_FEW, _SHARE * len(names)):
        return everywhere
    narrower = replace(scope or Scope(), sources=tuple(likely))
    chunks = reader.database.chunks_in(narrower)
    if not chunks:
        return everywhere
    within = _fused(reader, query, limit, narrower, chunks)
    trust = {chunk: named[source] for chunk, source in chunks.items()}
    return lift(everywhere, within, trust, ROUTE_WEIGHT[detect(query.question)])


def _fused(
    reader: IndexReader,
    query: _Query,
    limit: int,
    scope: Scope | None,
    allowed: dict[int, str] | None,
) -> list[Fused]:
    lexical = reader.lexical(query.question, _MATCHES, _CONTEXT_WEIGHT, scope)
    if query.expansion:
        wider = reader.lexical(query.expansion, _MATCHES, _CONTEXT_WEIGHT, scope)
        lexical = add(lexical, wider, _EXPANSION_WEIGHT)
    pages = reader.database.pages_of([chunk for chunk, _ in lexical])
    lexical = smooth(lexical, pages, NEIGHBOUR_SHARE)[:limit]
    dense = reader.dense(query.vector, limit, None if allowed is None else list(allowed))
    return fuse(dense, lexical, DENSE_WEIGHT[detect(query.question)])


def checked(question: str, settings: Settings) -> str:
    """The question, trimmed. Raises QuestionError where it is empty or too long."""
    question = question.strip()
    if not question:
        raise QuestionError("The question is empty. Type what you want to know.")
    if len(question) > settings.max_question_chars:
        raise QuestionError(
            f"The question has {len(question):,} characters; the most is"
            f" {settings.max_question_chars:,} (RAG_MAX_QUESTION_CHARS). Ask it in fewer words,"
            " and put long texts into the documents."
        )
    return question


class HybridRetriever(BaseRetriever):
    """``retrieve`` as a LangChain retriever, for chains of your own."""

    index: str = "default"
    k: int = 10
    settings: Settings | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        passages = retrieve(query, self.k, index=self.index, settings=self.settings)
        return [as_document(passage) for passage in passages]
