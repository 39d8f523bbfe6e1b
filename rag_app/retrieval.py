"""From a question to the passages of the documents that speak of it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from rag_app.embedding import load_embedder
from rag_app.errors import QuestionError
from rag_app.fusion import FIGURES_WEIGHT, favour_figures
from rag_app.hybrid_search import Query, search
from rag_app.merging import merge_neighbours
from rag_app.narrowing import check_sources, scope_of
from rag_app.nearest_sentence import FIRST, favour_near_sentences
from rag_app.question.glossary import expand
from rag_app.reranking import READS, rerank
from rag_app.settings import Settings, load_settings
from rag_app.store.reader import open_index
from rag_app.store.vectorstore import as_document
from rag_app.values import Explanation, Passage, Scope

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FIGURES_AMONG = 60  # passages, the best ones, among which those of figures are favoured


def retrieve(
    question: str,
    k: int = 10,
    *,
    index: str = "default",
    settings: Settings | None = None,
    sources: Sequence[str] | str | None = None,
    pages: tuple[int, int] | None = None,
    modified_after: datetime | date | None = None,
    explain: bool = False,
) -> list[Passage]:
    """The ``k`` passages that speak most of the question, best first.

    Only within ``sources`` (files or folders as the index names them, or patterns with * and ?;
    one or several), within ``pages`` (first and last) and in files ``modified_after`` a time or
    day (in UTC), where these are given: the rest is never searched. ``explain`` adds to each
    passage why it came up. Raises QuestionError, IndexNotFound, IndexDamaged, EmbedderMismatch,
    SettingError or ModelNotFound.
    """
    settings = settings or load_settings()
    question = checked(question, settings)
    if not isinstance(k, int) or k < 1:
        raise QuestionError(f"k={k!r} cannot be used: give how many passages, 1 or more.")
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
    to_read: bool = False,
) -> list[Passage]:
    """``retrieve`` for a question that was checked.

    ``to_read`` is for passages of which every sentence is weighed afterwards: their order is that
    of both searches, and neighbours that become one passage leave their places empty, so that
    ``k`` chunks are read, whatever their number of passages.
    """
    embedder = load_embedder(settings)
    reader = open_index(index, settings)
    expansion = expand(question, settings)
    wanted = max(k, READS) if settings.reranker else k
    with reader.snapshot():
        check_sources(scope, reader.database, index)
        found = search(reader, embedder, Query(question, expansion.meanings), 2 * wanted, scope)
        head = found.ranked[: max(2 * wanted, _FIGURES_AMONG if expansion.in_figures else FIRST)]
        chunks = reader.database.passages([item.chunk_id for item in head])
        if expansion.in_figures:
            texts = {chunk: passage.text for chunk, passage in chunks.items()}
            head = favour_figures(head, texts, FIGURES_WEIGHT)
        means = " ".join(expansion.meanings)
        ranked = [
            replace(
                chunks[item.chunk_id],
                score=item.score,
                dense_rank=item.dense_rank,
                lexical_rank=item.lexical_rank,
                explanation=Explanation(item.score, item.routed, means) if explain else None,
            )
            for item in (head[:wanted] if to_read else head)
        ]
        # Which page of a document that is named, or which figure, is seldom told by one sentence.
        by_sentence = not (found.names_documents or expansion.in_figures)
        if by_sentence and not (to_read or settings.reranker):
            kept = reader.database.sentence_vectors(ranked[:FIRST])
            ranked = favour_near_sentences(question, ranked, embedder, kept)
        passages = merge_neighbours(ranked, wanted, reader.database.page_around)
    return rerank(question, passages, settings)[:k]


def checked(question: str, settings: Settings) -> str:
    """The question, trimmed. Raises QuestionError where it is no text, empty or too long."""
    question = as_text(question).strip()
    if not question:
        raise QuestionError("The question is empty. Type what you want to know.")
    if len(question) > settings.max_question_chars:
        raise QuestionError(
            f"The question has {len(question):,} characters; the most is"
            f" {settings.max_question_chars:,} (RAG_MAX_QUESTION_CHARS). Ask it in fewer words,"
            " and put long texts into the documents."
        )
    return question


def as_text(question: str) -> str:
    """The question, accents on their letters, with U+FFFD for what is none.

    A command line may hold any byte, and words copied from a file's name their accents apart.

    Raises QuestionError where it is no text at all.
    """
    if not isinstance(question, str):
        raise QuestionError(f"A question is text, such as 'Who published LoRA?', not {question!r}.")
    return unicodedata.normalize("NFC", _LONE_SURROGATE.sub("\ufffd", question))


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
