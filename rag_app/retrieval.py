"""From a question to the passages of the documents that speak of it."""

from dataclasses import replace

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag_app.embedding import load_embedder
from rag_app.errors import QuestionError
from rag_app.fusion import DENSE_WEIGHT, fuse
from rag_app.language import detect
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.store.reader import open_reader
from rag_app.store.vectorstore import as_document
from rag_app.values import Passage

_CANDIDATES = 100  # of each search, before they are fused
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
        dense = reader.dense(vector, limit)
        lexical = reader.lexical(question, limit, _CONTEXT_WEIGHT)
        fused = fuse(dense, lexical, DENSE_WEIGHT[detect(question)])[:k]
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
