"""From a question to the passages of the documents that speak of it."""

from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag_app.embedding import Vectors, load_embedder
from rag_app.errors import QuestionError
from rag_app.fusion import DENSE_WEIGHT, ROUTE_WEIGHT, Fused, fuse, lift
from rag_app.language import detect
from rag_app.routing import route
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.store.reader import IndexReader, open_reader
from rag_app.store.vectorstore import as_document
from rag_app.values import Passage

_CANDIDATES = 100  # of each search, before they are fused
_NEARLY = 0.6  # of the best-named document's score: as far down others count as named too
_FEW, _SHARE = 3, 0.3  # more documents than these are no choice
_CONTEXT_WEIGHT = 0.3  # BM25 weight of file name, title and headings, beside the text's 1


def retrieve(
    question: str, k: int = 10, *, index: str = "default", settings: Settings | None = None
) -> list[Passage]:
    """The ``k`` passages that speak most of the question, best first.

    Raises QuestionError, IndexNotFound, IndexDamaged or EmbedderMismatch.
    """
    settings = settings or load_settings()
    question = checked(question, settings)
    embedder = load_embedder(settings)
    reader = open_reader(index_folder(settings, index), embedder)
    vector = embedder.encode([question], kind="query")[0]
    limit = max(_CANDIDATES, k)
    with reader.snapshot():
        fused = _search(reader, question, vector, limit)[:k]
        found = reader.database.passages([item.chunk_id for item in fused])
    return [
        replace(
            found[item.chunk_id],
            score=item.score,
            dense_rank=item.dense_rank,
            lexical_rank=item.lexical_rank,
        )
        for item in fused
    ]


def _search(reader: IndexReader, question: str, vector: Vectors, limit: int) -> list[Fused]:
    """Both searches over the whole index, and over the documents that the question names."""
    language = detect(question)
    weight = DENSE_WEIGHT[language]
    dense = reader.dense(vector, limit)
    everywhere = fuse(dense, reader.lexical(question, limit, _CONTEXT_WEIGHT), weight)
    named = route(question, reader.names())
    best = max(named.values(), default=0.0)
    likely = [source for source, score in named.items() if score >= _NEARLY * best]
    if not likely or len(likely) > max(_FEW, _SHARE * len(reader.names())):
        return everywhere
    chunks = reader.database.chunks_of(likely)
    if not chunks:
        return everywhere
    within = fuse(
        reader.dense(vector, limit, list(chunks)),
        reader.lexical(question, limit, _CONTEXT_WEIGHT, likely),
        weight,
    )
    trust = {chunk: named[source] for chunk, source in chunks.items()}
    return lift(everywhere, within, trust, ROUTE_WEIGHT[language])


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
